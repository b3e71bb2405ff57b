namespace MLNet.Procrustean.BesideTorchSharp;

[SetUpFixture]
public sealed class TorchSetUp
{
    /// <summary>The first call into TorchSharp may be made by Microsoft.ML.TorchSharp, before any type of the library is used.</summary>
    [OneTimeSetUp]
    public void LetTorchSharpLoad() => NativeCompatibility.Enable();
}
