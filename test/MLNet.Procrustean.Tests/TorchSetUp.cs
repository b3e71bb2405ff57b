namespace MLNet.Procrustean.Tests;

[SetUpFixture]
public sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void PrepareTorchBeforeAnyTestCallsIt()
    {
        NativeCompatibility.Enable();
        TorchSharp.torch.set_num_threads(1); // networks this small gain nothing from more threads, and lose while other work runs
    }
}
