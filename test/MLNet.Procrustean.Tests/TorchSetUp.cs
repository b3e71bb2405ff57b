namespace MLNet.Procrustean; // that of all test projects: a set-up covers its namespace and those in it

[SetUpFixture]
public sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void PrepareTorchBeforeAnyTestCallsIt() => Prepare();

    /// <summary>Also called by what fixtures share, which can be made before the set-up.</summary>
    internal static void Prepare()
    {
        NativeCompatibility.Enable();
        TorchSharp.torch.set_num_threads(1); // networks this small gain nothing from more threads, and lose while other work runs
    }
}
