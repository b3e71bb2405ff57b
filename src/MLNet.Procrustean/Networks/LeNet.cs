using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// A plain convolutional network for small, simple images such as digits: two convolutions with max pooling and a hidden layer.
/// </summary>
/// <remarks>
/// Lin, Chen, Qi, "Deep Reinforcement Learning for Imbalanced Classification" (arXiv 1901.01379), use it: 5×5 convolutions with 32 filters
/// and a bias, rectifier, 2×2 max pooling, twice; a layer of 256 units with rectifier; a linear classifier. There is no batch
/// normalisation. It has the shape of LeNet-5 (LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition",
/// 1998). Its stages, before which features can be mixed, are the first pooling, the second convolution and the second pooling.
/// </remarks>
public sealed record LeNet : Backbone
{
    internal const int Filters = 32;

    internal const int Hidden = 256;

    internal const int Kernel = 5;

    /// <summary>The side of the images, in pixels: a multiple of 4 from 16 to 128. The default is 28.</summary>
    /// <remarks>The hidden layer sees each pixel of the last pooling, so that the network has this one size.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of range, or not a multiple of 4.</exception>
    public int ImageSize
    {
        get;
        init => field = Require.MultipleOf(4, Require.Between(value, 16, 128, nameof(ImageSize)), nameof(ImageSize));
    } = 28;

    /// <inheritdoc/>
    public override string Name => $"lenet-{ImageSize}";

    /// <inheritdoc/>
    public override int SmallestImage => ImageSize;

    /// <inheritdoc/>
    public override int LargestImage => ImageSize;

    /// <inheritdoc/>
    public override int ResidualStages => 3;

    // the numbers that are left of an image after the second pooling
    private int Pooled => ImageSize / 4 * (ImageSize / 4) * Filters;

    internal override bool SuitsWhitening => false; // whitening needs the normalisation that follows

    private protected override StagedNetwork Assemble(int channels, int classes, ClassifierHead head, Device device) =>
        new(
            new Stem(Convolution(channels, device), normalisation: null, static x => x.relu_()),
            [MaxOfFour(), nn.Sequential(("conv", Convolution(Filters, device)), ("activation", nn.ReLU())), MaxOfFour()],
            nn.Sequential(("flat", new Flatten()), ("linear", new FullyConnected(Pooled, Hidden, device)), ("activation", nn.ReLU())),
            Head.Of(head, Hidden, classes, device)
        );

    private static TorchSharp.Modules.MaxPool2d MaxOfFour() => nn.MaxPool2d(2);

    private static Convolution Convolution(int channels, Device device) => new(channels, Filters, Kernel, device: device, bias: true);
}
