using MLNet.Procrustean.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Numerics;

public sealed class DeviceCopiesTests
{
    [Test]
    public void OnDevice_TheProcessor_KeepsTheNumbers()
    {
        using var scope = NewDisposeScope();
        Assert.That(tensor(new[] { 1f, 2f }).OnDevice(CPU).data<float>().ToArray(), Is.EqualTo(new[] { 1f, 2f }));
    }

    [Test]
    public void OnDevice_AnyOther_IsThere()
    {
        using var scope = NewDisposeScope();
        var moved = zeros(2, 3).OnDevice(new Device(DeviceType.META, 0));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(moved.device_type, Is.EqualTo(DeviceType.META));
            Assert.That(moved.shape, Is.EqualTo(new long[] { 2, 3 }));
        }
    }

    [Test]
    public void OnDevice_AGpuThatIsMissing_Fails()
    {
        if (cuda.is_available())
        {
            Assert.Ignore("There is a GPU.");
        }

        using var scope = NewDisposeScope();
        Assert.That(() => zeros(2, 3).OnDevice(new Device(DeviceType.CUDA, 0)), Throws.Exception);
    }
}
