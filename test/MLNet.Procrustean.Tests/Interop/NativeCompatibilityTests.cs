using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Interop;

public sealed class NativeCompatibilityTests
{
    [Test]
    public void Enable_OnThisSystem_TorchComputes()
    {
        using var sum = tensor(new[] { 1f, 2f, 4f }).sum();

        Assert.That(sum.item<float>(), Is.EqualTo(7f));
    }
}
