namespace MLNet.Procrustean.Tests.Conventions;

/// <summary>Each folder of the library uses only those below it, and no folders form a cycle.</summary>
public sealed class RoomConventionTests
{
    // From the top layer to the bottom one; the root folder, with the trainer, is the top.
    private static readonly string[] Floors =
    [
        "",
        "Training/Checkpoints",
        "Training",
        "Training/Mirroring",
        "Training/Features",
        "Training/Reinforcement",
        "Corrections/Ternary",
        "Reading",
        "Reading/Cache",
        "Options",
        "Corrections",
        "Model",
        "Diagnostics",
        "Diagnostics/LayerPeeled",
        "Strategies",
        "Rules",
        "Scoring",
        "Networks/Pretrained",
        "Networks/Export",
        "Networks",
        "Imbalance",
        "Data",
        "Images",
        "Images/Augmentations",
        "Decoding",
        "Replicas",
        "Persistence/PyTorch",
        "Persistence",
        "Numerics",
        "Interop",
    ];

    private static readonly Rooms Library = new("MLNet.Procrustean");
    private static readonly Rooms Mpi = new("MLNet.Procrustean.Mpi");
    private static readonly Rooms Report = new("MLNet.Procrustean.Report");
    private static readonly Rooms Onnx = new("MLNet.Procrustean.Onnx");

    [Test]
    public void Rooms_OfTheLibrary_HaveTheirFloors() => Assert.That(Library.All, Is.EquivalentTo(Floors));

    [Test]
    public void Uses_OfTheLibrary_AreFound()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Library.Types, Has.Count.GreaterThan(150));
            Assert.That(Library.Uses, Has.Count.GreaterThan(300));
            Assert.That(Library.Uses.Select(use => (use.From, use.To)), Does.Contain(("Strategies", "Rules")));
        }
    }

    [Test]
    public void Uses_OfTheLibrary_RunDown() =>
        Assert.That(Library.Uses.Where(use => Array.IndexOf(Floors, use.To) < Array.IndexOf(Floors, use.From)), Is.Empty);

    [Test]
    public void Rooms_OfThePackages_FormNoCircle() =>
        Assert.That(Library.InCircles().Concat(Report.InCircles()).Concat(Onnx.InCircles()).Concat(Mpi.InCircles()), Is.Empty);
}
