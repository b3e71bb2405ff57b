using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class ConvolutionTests
{
    [TestCase(3, 1)]
    [TestCase(3, 2)]
    [TestCase(1, 1)]
    public void Forward_SinglePrecision_IsTheNaiveSum(int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        using var convolution = Drawn(2, 3, kernel, stride);
        var images = randn(2, 2, 6, 6);
        Assert.That(Doubles(convolution.call(images)), Is.EqualTo(Naive(images, convolution.Weight, kernel, stride)).Within(1e-5));
    }

    /// <summary>Among them shapes for which libtorch's own bfloat16 convolution is wrong, in the features or in the gradient.</summary>
    [Test]
    public void ForwardAndBackward_BFloat16_AreThoseOfSinglePrecisionUpToRounding(
        [Values(1, 16, 20, 48, 64)] int input,
        [Values(4, 16, 18, 80, 96)] int output,
        [Values(1, 3, 7)] int kernel,
        [Values(1, 2)] int stride,
        [Values] bool channelsLast
    ) => AssertSound(input, output, kernel, kernel == 1 ? 1 : stride, channelsLast); // the networks have no 1×1 convolution with a stride

    [TestCase(16, 3)]
    [TestCase(64, 3)]
    [TestCase(96, 5)]
    public void ForwardAndBackward_DepthwiseBFloat16_AreThoseOfSinglePrecisionUpToRounding(int channels, int kernel) =>
        AssertSound(channels, channels, kernel, 2, channelsLast: true, groups: channels);

    [TestCase(1)]
    [TestCase(2)]
    public void Forward_Depthwise_IsAConvolutionOfEachChannelAlone(int stride)
    {
        using var scope = NewDisposeScope();
        using var convolution = Drawn(3, 3, 5, stride, groups: 3);
        var images = randn(2, 3, 6, 6);
        var features = convolution.call(images);
        for (var channel = 0; channel < 3; channel++)
        {
            using var alone = new Convolution(1, 1, 5, stride);
            using (no_grad())
            {
                alone.Weight.copy_(convolution.Weight.narrow(0, channel, 1));
            }

            Assert.That(
                Doubles(features.narrow(1, channel, 1)),
                Is.EqualTo(Doubles(alone.call(images.narrow(1, channel, 1)))).Within(1e-5)
            );
        }
    }

    /// <summary>The first layer of every network: the images need no gradient.</summary>
    [Test]
    public void ForwardAndBackward_FromImages_AreThoseOfSinglePrecisionUpToRounding(
        [Values(1, 3)] int input,
        [Values(16, 32, 64)] int output,
        [Values(3, 7)] int kernel,
        [Values(1, 2)] int stride
    ) => AssertSound(input, output, kernel, stride, channelsLast: true, fromImages: true);

    [TestCase(32, 32)]
    [TestCase(1, 32)]
    public void ForwardAndBackward_FiveByFive_AreThoseOfSinglePrecisionUpToRounding(int input, int output) =>
        AssertSound(input, output, 5, 1, channelsLast: true, fromImages: input == 1);

    [Test]
    public void Forward_Bias_IsAddedToEachChannel()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var convolution = new Convolution(2, 3, 5, bias: true);
        var bias = convolution.get_parameter("bias")!;
        bias.copy_(tensor(new[] { 1f, -2f, 3f }));
        convolution.Weight.normal_();
        var images = randn(2, 2, 6, 6);
        var sums = Doubles(convolution.call(images) - bias.reshape(1, -1, 1, 1));
        Assert.That(sums, Is.EqualTo(Naive(images, convolution.Weight, 5, 1)).Within(1e-5));
    }

    /// <summary>libtorch's own convolution ends the process for these.</summary>
    [TestCase(256, 1024)]
    [TestCase(1024, 256)]
    public void ForwardAndBackward_OneByOneOfManyChannels_AreThoseOfSinglePrecisionUpToRounding(int input, int output) =>
        AssertSound(input, output, 1, 1, channelsLast: true);

    private static void AssertSound(
        int input,
        int output,
        int kernel,
        int stride,
        bool channelsLast,
        bool fromImages = false,
        int groups = 1
    )
    {
        using var scope = NewDisposeScope();
        using var convolution = Drawn(input, output, kernel, stride, groups);
        var images = randn(3, input, 8, 8).to(bfloat16);
        images = channelsLast ? WeightInitialisation.ChannelsLast(images) : images;
        var gradient = randn(3, output, 8 / stride, 8 / stride).to(bfloat16);

        var half = Pass(convolution, images, gradient, fromImages);
        var single = Pass(convolution, images.to(float32), gradient.to(float32), fromImages);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(half.Output.dtype, Is.EqualTo(ScalarType.BFloat16));
            Assert.That(half.OfWeight.dtype, Is.EqualTo(ScalarType.Float32));
            Assert.That(Difference(half.Output, single.Output), Is.LessThan(0.02));
            Assert.That(fromImages ? 0 : Difference(half.OfImages!, single.OfImages!), Is.LessThan(0.02));
            Assert.That(Difference(half.OfWeight, single.OfWeight), Is.LessThan(0.02));
        }
    }

    private static Convolution Drawn(int input, int output, int kernel, int stride, int groups = 1)
    {
        var convolution = new Convolution(input, output, kernel, stride, groups: groups);
        using var noGradient = no_grad();
        convolution.Weight.copy_(randn(output, input / groups, kernel, kernel));
        return convolution;
    }

    private static (Tensor Output, Tensor? OfImages, Tensor OfWeight) Pass(
        Convolution convolution,
        Tensor images,
        Tensor gradient,
        bool fromImages
    )
    {
        convolution.zero_grad();
        var x = images.detach().clone().requires_grad_(!fromImages);
        var output = convolution.call(x);
        output.backward([gradient]);
        return (output.detach(), x.grad, convolution.Weight.grad!.clone());
    }

    // The largest difference, in parts of the largest value.
    private static float Difference(Tensor one, Tensor other) => ((one.to(float32) - other).abs().max() / other.abs().max()).item<float>();

    private static double[] Naive(Tensor images, Tensor weight, int kernel, int stride)
    {
        var (x, w) = (images.to(float64), weight.detach().to(float64));
        var side = ((6 - 1) / stride) + 1;
        var sums = new List<double>();
        for (var n = 0; n < 2; n++)
        {
            for (var o = 0; o < 3; o++)
            {
                for (var at = 0; at < side * side; at++)
                {
                    sums.Add(Sum(n, o, (at / side * stride) - (kernel / 2), (at % side * stride) - (kernel / 2)));
                }
            }
        }

        return [.. sums];

        double Sum(int n, int o, int top, int left)
        {
            var sum = 0.0;
            for (var i = 0; i < 2 * kernel * kernel; i++)
            {
                var (channel, row, column) = (i / (kernel * kernel), i / kernel % kernel, i % kernel);
                var (y, z) = (top + row, left + column);
                sum +=
                    y is >= 0 and < 6 && z is >= 0 and < 6
                        ? x[n, channel, y, z].item<double>() * w[o, channel, row, column].item<double>()
                        : 0;
            }

            return sum;
        }
    }

    private static double[] Doubles(Tensor values) => values.detach().to(float64).contiguous().data<double>().ToArray();
}
