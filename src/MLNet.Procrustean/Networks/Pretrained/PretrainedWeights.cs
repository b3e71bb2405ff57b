using System.Collections.Immutable;
using System.Security.Cryptography;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Networks.Pretrained;

namespace MLNet.Procrustean;

/// <summary>
/// Weights of a network that was trained on another, larger set of images, from a file. A training that begins with them is a fine-tuning:
/// it learns from far fewer images.
/// </summary>
/// <remarks>
/// A file is data: nothing in it is ever run, and what it claims is checked before memory is taken. The file also decides how images are
/// normalised: as its network expects them. All layers but the classifier are taken; the classifier is drawn for the classes of the
/// training.
/// </remarks>
public sealed record PretrainedWeights : InitialWeights
{
    /// <summary>The package that brings the weights of <see cref="ImageNetResNet18"/>.</summary>
    private const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";
    private readonly PublishedWeights published;

    private PretrainedWeights(string path)
    {
        Path = path;
        published = PublishedWeights.Read(path);
        using var stream = File.OpenRead(path);
        Identity = $"pretrained {published.Backbone.Name} {Convert.ToHexStringLower(SHA256.HashData(stream))[..16]}";
    }

    /// <summary>The file that the weights were read from.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public override Backbone Backbone => published.Backbone;

    /// <inheritdoc/>
    public override int Channels => published.Means.Length;

    internal override int? ImageSize => null;

    internal override AspectRatio? AspectRatio => null;

    internal override bool? AverageFlips => null;

    internal override bool ArePretrained => true;

    internal override string Identity { get; }

    /// <summary>Weights from a file; its contents say which format it has.</summary>
    /// <param name="path">
    /// An ONNX file of a residual network by any exporter, or a safetensors or PyTorch file (.pth) of a residual network with the names of
    /// torchvision or timm, or of torchvision's mobilenet_v3_small.
    /// </param>
    /// <returns>The weights.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, of another format, or its weights are not those of a network of this library; the message says which.
    /// </exception>
    public static PretrainedWeights FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new(System.IO.Path.GetFullPath(path));
    }

    /// <summary>A residual network of 20 layers, trained on the 1.3 million photos of ImageNet.</summary>
    /// <param name="path">
    /// The file <c>ResNet18.onnx</c> of the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 (MIT licence; its notices do not mention
    /// where the weights come from). Null, the default, looks where that package puts it: beside the program, in
    /// <c>DnnImageModels/ResNet18Onnx</c>.
    /// </param>
    /// <returns>The weights: those of a <see cref="ResNet"/> of depth 18 with a third block in its last stage.</returns>
    /// <exception cref="FileNotFoundException">The file is not there; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or another one.</exception>
    public static PretrainedWeights ImageNetResNet18(string? path = null)
    {
        var file = path ?? System.IO.Path.Combine(AppContext.BaseDirectory, "DnnImageModels", "ResNet18Onnx", "ResNet18.onnx");
        return File.Exists(file)
            ? FromFile(file)
            : throw new FileNotFoundException(
                $"The weights are not at '{file}'. Add the package to your program: <PackageReference Include=\"{Package}\" "
                    + "Version=\"0.23.1\" IncludeAssets=\"build\" PrivateAssets=\"all\" />, which copies them there; or give the path of "
                    + "its ResNet18.onnx.",
                file
            );
    }

    /// <summary>Whether both are the same weights, wherever they are stored.</summary>
    /// <param name="other">The other weights.</param>
    /// <returns>True when all weights agree.</returns>
    public bool Equals(PretrainedWeights? other) => other is not null && Identity == other.Identity;

    /// <inheritdoc/>
    public override int GetHashCode() => Identity.GetHashCode(StringComparison.Ordinal);

    /// <summary>The network and the file.</summary>
    /// <returns>For example "resnet-18-2-2-2-3 from ResNet18.onnx".</returns>
    public override string ToString() => $"{Backbone.Name} from {System.IO.Path.GetFileName(Path)}";

    internal override Preprocessing PreprocessingOf(ImageShape shape) => new(shape, published.Means, published.Deviations);

    internal override string CopyTo(StagedNetwork network, ImmutableArray<string> classes)
    {
        published.CopyTo(network);
        return $"The training begins with pretrained weights, {this}; the head is drawn.";
    }
}
