using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Tests;

[SetUpFixture]
public sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void PrepareTorchBeforeAnyTestCallsIt() => NativeCompatibility.Enable();
}
