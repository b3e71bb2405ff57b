using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Tests.Interop;

[Platform("Linux")]
public sealed class ElfSymbolVersionsTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private byte[] real = null!;

    [OneTimeSetUp]
    public void ReadTheRealLibrary() => real = Library("libLibTorchSharp.so");

    [Test]
    public void TryWeaken_RealLibrary_ChangesOneFlag()
    {
        var image = real.ToArray();

        Assert.That(ElfSymbolVersions.TryWeaken(image, Version), Is.True);

        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != real[i]).ToArray();
        Assert.That(changed, Has.Length.EqualTo(1));
        Assert.That((real[changed[0]], image[changed[0]]), Is.EqualTo(((byte)0, (byte)2)));
    }

    [Test]
    public void TryWeaken_Twice_ChangesNothingMore()
    {
        var image = real.ToArray();
        ElfSymbolVersions.TryWeaken(image, Version);
        var once = image.ToArray();

        Assert.That(ElfSymbolVersions.TryWeaken(image, Version), Is.True);
        Assert.That(image, Is.EqualTo(once));
    }

    [Test]
    public void TryWeaken_NoSuchRequirement_IsFalseAndChangesNothing()
    {
        foreach (
            var other in new[]
            {
                Library("libSkiaSharp.so"),
                "no library"u8.ToArray(),
                [],
                new byte[64],
                [0x7f, .. "ELF"u8, 1, 1, .. new byte[80]],
            }
        )
        {
            var image = other.ToArray();
            Assert.That(ElfSymbolVersions.TryWeaken(image, Version), Is.False);
            Assert.That(image.AsSpan().SequenceEqual(other), Is.True);
        }

        Assert.That(ElfSymbolVersions.TryWeaken(real.ToArray(), "GLIBCXX_9.9.9"), Is.False);
    }

    [Test]
    public void TryWeaken_CutShort_IsFalse()
    {
        for (var part = 0; part < 50; part++)
        {
            Assert.That(
                ElfSymbolVersions.TryWeaken(real.AsSpan(0, (int)((long)real.Length * part / 50)).ToArray(), Version),
                Is.False,
                $"{part} of 50"
            ); // the section table is at the end
        }
    }

    [Test]
    public void TryWeaken_DamagedTables_NeverThrowsOrLingers([Values(0x01, 0x80, 0xff)] int mask)
    {
        var table = (int)BitConverter.ToUInt64(real, 40);
        var weakened = real.ToArray();
        ElfSymbolVersions.TryWeaken(weakened, Version);
        var flag = Enumerable.Range(0, real.Length).First(i => weakened[i] != real[i]);
        var image = real.ToArray();
        foreach (
            var place in Enumerable
                .Range(0, 64)
                .Concat(Enumerable.Range(table, real.Length - table))
                .Concat(Enumerable.Range(flag - 400, 800))
        )
        {
            image[place] ^= (byte)mask;
            Assert.That(() => ElfSymbolVersions.TryWeaken(image, Version), Throws.Nothing, $"byte {place}");
            image[place] = real[place];
            image[flag] = real[flag];
        }
    }

    private static byte[] Library(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, name));
}
