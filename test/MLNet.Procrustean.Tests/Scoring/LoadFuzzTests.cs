using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Saved pipelines damaged at random and loaded as users do: by ML.NET.</summary>
[Category(FaultsTried.Category)]
public sealed class LoadFuzzTests
{
    private const string Loaded = "loaded";
    private readonly MLContext ml = new(seed: 1);
    private byte[] whole = null!;

    [OneTimeSetUp]
    public void SaveAPipeline()
    {
        using var folder = new TemporaryFolder();
        whole = File.ReadAllBytes(TinyModel.Shared.Save(folder.Path));
    }

    // ML.NET finds the method that reads the entry by reflection.
    [Test]
    public void Load_MutatedEntry_LoadsOrRefuses()
    {
        const int inputs = 200;
        var mutations = new ModelFileMutations(Contents(whole));
        var bombardment = new Bombardment(1);
        bombardment.Run(inputs, random => With(mutations.Of(random)), zip => Load(zip, IsOfOurs), _ => 64 << 20);
        Assert.That(bombardment.Of(Loaded), Is.InRange(1, inputs / 2));
        FaultsTried.Record(
            "Model files",
            "changed at random inside the zip of an ML.NET model, loaded by MLContext.Model.Load",
            inputs,
            "a TargetInvocationException around an InvalidDataException that says what is wrong, or loaded"
        );
    }

    // The rest of the zip is read by ML.NET and by .NET.
    [Test]
    public void Load_MutatedZip_LoadsOrThrows()
    {
        const int inputs = 300;
        var bombardment = new Bombardment(2);
        bombardment.Run(
            inputs,
            random => ByteMutations.Of(whole, whole, random),
            zip =>
                Load(zip, problem =>
                    problem
                        is InvalidDataException
                            or FormatException
                            or InvalidOperationException
                            or IOException
                            or TargetInvocationException
                ),
            _ => long.MaxValue
        );
        FaultsTried.Record(
            "Model files",
            "the zip of an ML.NET model changed at random, loaded by MLContext.Model.Load",
            inputs,
            "exceptions of ML.NET (InvalidDataException, FormatException, InvalidOperationException, TargetInvocationException), "
                + "or loaded; no crash, no hang"
        );
    }

    private static bool IsOfOurs(Exception problem) =>
        problem is TargetInvocationException { InnerException: { } inner } && (inner is InvalidDataException || IsOfOurs(inner));

    private string Load(byte[] zip, Predicate<Exception> isExpected)
    {
        try
        {
            using var model = (IDisposable)ml.Model.Load(new MemoryStream(zip), out _);
            return Loaded;
        }
        catch (Exception problem) when (isExpected(problem))
        {
            return $"{problem.GetType().Name} of {problem.GetBaseException().GetType().Name}";
        }
    }

    private byte[] With(byte[] entryContents)
    {
        using var zip = new MemoryStream();
        zip.Write(whole);
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Update, leaveOpen: true))
        {
            var name = Entry(archive).FullName;
            Entry(archive).Delete();
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(entryContents);
        }

        return zip.ToArray();
    }

    private static byte[] Contents(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        using var entry = Entry(archive).Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static ZipArchiveEntry Entry(ZipArchive archive) => archive.Entries.Single(entry => entry.Name == ModelFile.EntryName);
}
