using System.Runtime.InteropServices;
using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Tests.Interop;

public sealed class GpuFeaturesTests
{
    // The driver's error codes: 101 for a device that does not exist, 1 for an attribute that it does not know.
    [TestCase(7, 0, false)]
    [TestCase(8, 0, true)]
    [TestCase(12, 0, true)]
    [TestCase(8, 1, false)]
    public void HasBFloat16_ComputeCapability_IsAskedOfTheDriver(int major, int number, bool expected)
    {
        GpuFeatures.Initialise initialise = flags => flags == 0 ? 0 : 1;
        GpuFeatures.DeviceOf deviceOf = (out int device, int asked) =>
        {
            device = asked + 40;
            return asked == 0 ? 0 : 101;
        };
        GpuFeatures.AttributeOf attributeOf = (out int value, int attribute, int device) =>
        {
            value = major;
            return attribute == 75 && device == 40 ? 0 : 1;
        };
        Assert.That(Ask(number, initialise, deviceOf, attributeOf), Is.EqualTo(expected));
    }

    [Test]
    public void HasBFloat16_DriverWithoutADevice_IsFalseAndNothingMoreIsAsked()
    {
        var more = 0;
        int Asked(out int answer)
        {
            more++;
            return answer = 0;
        }

        var has = Ask(0, _ => 100, (out int device, int _) => Asked(out device), (out int value, int _, int _) => Asked(out value));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(has, Is.False);
            Assert.That(more, Is.Zero);
        }
    }

    private static bool Ask(
        int number,
        GpuFeatures.Initialise initialise,
        GpuFeatures.DeviceOf deviceOf,
        GpuFeatures.AttributeOf attributeOf
    )
    {
        var has = GpuFeatures.HasBFloat16(number, name => name switch
            {
                "cuInit" => Marshal.GetFunctionPointerForDelegate(initialise),
                "cuDeviceGet" => Marshal.GetFunctionPointerForDelegate(deviceOf),
                "cuDeviceGetAttribute" => Marshal.GetFunctionPointerForDelegate(attributeOf),
                _ => throw new EntryPointNotFoundException(name),
            });
        GC.KeepAlive(initialise);
        GC.KeepAlive(deviceOf);
        GC.KeepAlive(attributeOf);
        return has;
    }
}
