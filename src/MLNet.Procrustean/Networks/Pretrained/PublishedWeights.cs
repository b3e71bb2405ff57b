using System.Collections.Immutable;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Persistence.PyTorch;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>The weights of a published network, all but those of its classifier, in the names and shapes of ours.</summary>
/// <param name="Backbone">The network that they fit.</param>
/// <param name="Arrays">As <see cref="StagedNetwork"/> names them, without its head.</param>
/// <param name="Means">What the network subtracts from each channel of its images, in the order red, green, blue; 0 to 255.</param>
/// <param name="Deviations">What it divides the channels by then; 1 to 255.</param>
internal sealed record PublishedWeights(
    Backbone Backbone,
    IReadOnlyList<NamedArray> Arrays,
    ImmutableArray<float> Means,
    ImmutableArray<float> Deviations
)
{
    /// <summary>Of the images of ImageNet, as the networks of torchvision and most others have been trained with.</summary>
    public static readonly ImmutableArray<float> ImageNetMeans = [123.675f, 116.28f, 103.53f];

    /// <inheritdoc cref="ImageNetMeans"/>
    public static readonly ImmutableArray<float> ImageNetDeviations = [58.395f, 57.12f, 57.375f];

    private const int Channels = 3;

    /// <summary>Reads a file of weights; its contents say which format it has.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The weights; they fit their backbone, and all are finite.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, of another format, or its weights are not those of a network of this library; the message says what to do.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PublishedWeights Read(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            return Read(stream);
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"The weights in '{path}' cannot be used. {problem.Message}", problem);
        }
    }

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">The file, from its beginning.</param>
    public static PublishedWeights Read(Stream stream)
    {
        var weights = Parse(stream);
        try
        {
            weights.Backbone.CheckWithoutHead(weights.Arrays, Channels);
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"{problem.Message} Give a file of a network with the same layers.", problem);
        }

        foreach (var array in weights.Arrays)
        {
            CheckValues(array);
        }

        return weights;
    }

    /// <summary>Copies the weights into a network of this backbone; its head stays.</summary>
    /// <param name="network">The network; its weights keep their layout in memory.</param>
    /// <exception cref="InvalidDataException">
    /// The network is of another backbone or for grey images; nothing is copied.
    /// </exception>
    public void CopyTo(StagedNetwork network) => NetworkWeights.RestoreWithoutHead(Arrays, network, Backbone.Name);

    private static PublishedWeights Parse(Stream stream)
    {
        var start = new byte[16];
        stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return start switch
        {
            [(byte)'P', (byte)'K', ..] => NamedNetwork.Of(PyTorchFile.Read(stream)),
            [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..] => NamedNetwork.Of(SafeTensors.ReadPublished(stream)), // after a length of 8 bytes
            [0x08, ..] => OnnxResNet.Of(OnnxFile.Read(stream)), // its first field, the version
            [0x80, ..] => throw new InvalidDataException(
                "It is in the format of PyTorch before 1.6, which is not read. Save it again in Python: "
                    + "torch.save(torch.load('old.pth', map_location='cpu', weights_only=True), 'new.pth')."
            ),
            _ => throw new InvalidDataException(
                "Its first bytes are those of no format that is read. Give a file of PyTorch (.pth or .pt), safetensors or ONNX; "
                    + "a text that stands for the file, as Git LFS writes it, must be replaced by the file itself."
            ),
        };
    }

    private static void CheckValues(NamedArray array)
    {
        if (NetworkWeights.ImpossibleValue(array) is { } value)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"Its weight '{array.Name}' has the value {value}, which no training gives; ")
                    + "copy the file again or take another one."
            );
        }
    }
}
