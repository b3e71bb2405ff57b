using System.Globalization;
using System.IO.Compression;
using System.Xml.Linq;
using MLNet.Procrustean.Tests.Readme;
using MLNet.Procrustean.Tests.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>The package as another project uses it. It takes a minute: dotnet test --filter TestCategory=Package.</summary>
[Explicit("packs, restores and builds")]
[Category("Package")]
public sealed class PackageTests
{
    private const string Id = "MLNet.Procrustean";
    private const string OnnxId = "MLNet.Procrustean.Onnx";
    private static readonly string[] Ids = [Id, $"{Id}.Mpi", OnnxId, $"{Id}.Report"];

    // The portable name: RuntimeInformation.RuntimeIdentifier names the distribution where that has built .NET.
    private static readonly string SystemName =
        OperatingSystem.IsWindows() ? "win-x64"
        : OperatingSystem.IsMacOS() ? "osx-arm64"
        : "linux-x64";
    private static readonly string LibTorch = $"libtorch-cpu-{SystemName}";
    private readonly string version = $"0.0.0-test.{DateTime.UtcNow:yyyyMMddHHmmss}"; // a version that no package cache holds
    private TemporaryFolder folder = null!;
    private string root = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        folder = new();
        root = Repository.Root;
        foreach (var id in Ids)
        {
            Run(root, "pack", Path.Combine("src", id), "-c", "Release", "-o", Packages, $"-p:Version={version}");
        }
    }

    private string Packages => Path.Combine(folder.Path, "packages");

    [OneTimeTearDown]
    public void RemoveWhatItMade()
    {
        folder.Dispose();
        Array.ForEach(Ids, RemoveFromTheCache);
    }

    private void RemoveFromTheCache(string id)
    {
        var caches = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var cached = Path.Combine(caches, id.ToLowerInvariant(), version);
        if (Directory.Exists(cached))
        {
            Directory.Delete(cached, recursive: true);
            var versions = Path.GetDirectoryName(cached)!;
            if (!Directory.EnumerateFileSystemEntries(versions).Any())
            {
                Directory.Delete(versions);
            }
        }
    }

    [Test]
    public void Package_Content_IsTheLibraryAndNoOthers()
    {
        using var package = ZipFile.OpenRead(Path.Combine(Packages, $"{Id}.{version}.nupkg"));

        var files = package
            .Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal));
        Assert.That(
            files,
            Is.EquivalentTo(new[] { "[Content_Types].xml", $"{Id}.nuspec", "README.md", $"lib/net10.0/{Id}.dll", $"lib/net10.0/{Id}.xml" })
        );
        using var stream = package.GetEntry($"{Id}.nuspec")!.Open();
        var dependencies = XDocument
            .Load(stream)
            .Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value)
            .ToArray();
        Assert.That(dependencies, Is.SupersetOf(new[] { "Microsoft.ML", "Microsoft.ML.ImageAnalytics", "TorchSharp" }));
        Assert.That(
            dependencies,
            Has.None.Contains("libtorch")
                .IgnoreCase.And.None.Contains("cuda")
                .IgnoreCase.And.None.Contains("Expose")
                .And.None.Contains("Analyzers")
        );
    }

    [TestCaseSource(nameof(Ids))]
    public void Readme_OfEachPackage_HasNoLinkThatAPackagePageCannotFollow(string id)
    {
        using var package = ZipFile.OpenRead(Path.Combine(Packages, $"{id}.{version}.nupkg"));
        using var readme = new StreamReader(package.GetEntry("README.md")!.Open());
        Assert.That(ReadmeTests.RelativeLinks(readme.ReadToEnd()), Is.Empty);
    }

    [Test]
    public void Package_InAProjectElsewhere_ScoresASavedModel()
    {
        var program = BuildPredictWithLibTorch("consumer", Id, LibTorch);
        var paths = TinyModel.Shared.Paths[..3];

        var process = ChildProcess.Dotnet([program, TinyModel.Shared.Save(folder.Path), .. paths]);

        Assert.That(Lines(process), Is.EqualTo(SavedModelTests.ExpectedLines(paths)), process.Errors);
    }

    [Test]
    public void Package_WithoutAnyEngine_SaysWhichPackagesHaveOne()
    {
        var program = BuildPredictWithLibTorch("no-engine", Id);

        var process = ChildProcess.Dotnet([program, TinyModel.Shared.Save(folder.Path), TinyModel.Shared.Paths[0]]);

        Assert.That(process.ExitCode, Is.Not.Zero);
        Assert.That(process.Errors, Does.Contain("There is no libtorch").And.Contain("TorchSharp-cpu").And.Contain(OnnxId));
    }

    [Test]
    public void OnnxPackage_InAProjectElsewhere_ScoresASavedModelWithoutLibTorch()
    {
        Copy(
            "onnx-consumer",
            [.. Directory.GetFiles(Example("Predict"), "*.cs"), Path.Combine(Example("Shared"), "Scoring", "LoadedModel.cs")]
        );
        var program = Build("onnx-consumer", OnnxId);
        var paths = TinyModel.Shared.Paths;
        var exported = Path.Combine(folder.Path, "model.onnx");
        TinyModel.Shared.Classifier.SaveOnnx(exported);

        foreach (var model in new[] { TinyModel.Shared.Save(folder.Path), exported })
        {
            var process = ChildProcess.Dotnet([program, model, .. paths]);

            Assert.That(process.ExitCode, Is.Zero, process.Errors);
            Assert.That(Lines(process).Select(Class), Is.EqualTo(SavedModelTests.ExpectedLines(paths).Select(Class)));
            Assert.That(
                Lines(process).SelectMany(Probabilities),
                Is.EqualTo(SavedModelTests.ExpectedLines(paths).SelectMany(Probabilities)).Within(1e-6)
            );
        }

        Assert.That(Directory.GetFiles(Path.GetDirectoryName(program)!, "*torch_cpu*", SearchOption.AllDirectories), Is.Empty);

        static string Class(string line) => line.Split('\t')[1];
        static IEnumerable<double> Probabilities(string line) =>
            line.Split('\t')[2..].Select(text => double.Parse(text.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    [Test]
    public void Package_WithTheFirstProgramOfTheReadme_TrainsAndPredicts()
    {
        File.WriteAllText(Path.Combine(Folder("first-program"), "Program.cs"), ReadmeTests.Blocks("csharp")[0]);
        var program = Build("first-program", Id, LibTorch);
        ReadmeSnippets.DrawPhotos(folder.Path);

        var process = ChildProcess.Dotnet([program], folder.Path);

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(process.Output, Does.Contain("macro accuracy").And.Match(@"\n(bolt|nut)\s*$"));
    }

    [Test]
    public void Package_InAFileWithoutAProject_TrainsAndPredicts()
    {
        var project = Folder("file");
        ReadmeSnippets.DrawPhotos(project);
        var lines = ReadmeTests
            .FileLines()
            .Replace("@0.1.0", $"@{version}", StringComparison.Ordinal)
            .Replace("linux-x64", SystemName, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(project, "train.cs"), lines + ReadmeTests.Blocks("csharp")[0]);

        // libtorch is half a gigabyte: linked, and below a folder that is removed
        var process = ChildProcess.Dotnet(
            ["run", "train.cs"],
            project,
            new() { ["CreateHardLinksForCopyLocalIfPossible"] = "true", ["XDG_DATA_HOME"] = folder.Path }
        );

        Assert.That(process.ExitCode, Is.Zero, process.Output + process.Errors);
        Assert.That(process.Output, Does.Contain("macro accuracy").And.Match(@"\n(bolt|nut)\s*$"));
    }

    /// <summary>A folder for a program, where the package is found.</summary>
    private string Folder(string name)
    {
        var project = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        File.WriteAllText(
            Path.Combine(project, "nuget.config"),
            """
            <configuration><packageSources><add key="packed" value="../packages" /></packageSources></configuration>
            """
        );
        return project;
    }

    private string BuildPredictWithLibTorch(string name, params string[] packages)
    {
        var program = Path.Combine(root, "test", "MLNet.Procrustean.PredictWithLibTorch", "Program.cs");
        Copy(name, [program, Path.Combine(Example("Predict"), "PredictedLines.cs")]);
        return Build(name, packages);
    }

    private string Example(string name) => Path.Combine(root, "examples", name);

    private void Copy(string name, string[] sources)
    {
        foreach (var source in sources)
        {
            File.Copy(source, Path.Combine(Folder(name), Path.GetFileName(source)));
        }
    }

    /// <summary>Builds the program in a folder as a project of its own, with nothing but these packages.</summary>
    private string Build(string name, params string[] packages)
    {
        var torch = XDocument.Load(Path.Combine(root, "Directory.Packages.props")).Descendants("LibTorchVersion").Single().Value;
        var references = packages.Select(id => $"""<PackageReference Include="{id}" Version="{(id == LibTorch ? torch : version)}" />""");
        var project = Folder(name);
        File.WriteAllText(
            Path.Combine(project, "Consumer.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RuntimeIdentifier>$(NETCoreSdkPortableRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                {string.Join(Environment.NewLine, references)}
              </ItemGroup>
            </Project>
            """
        );
        Run(project, "build", "-o", "out");
        return Path.Combine(project, "out", "Consumer.dll");
    }

    private static string[] Lines(ChildProcess process) => process.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static void Run(string inside, params string[] arguments)
    {
        var process = ChildProcess.Dotnet([.. arguments, "--nologo", "-nodeReuse:false"], inside);
        Assert.That(process.ExitCode, Is.Zero, process.Output + process.Errors);
    }
}
