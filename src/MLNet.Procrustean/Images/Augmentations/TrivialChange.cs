using static TorchSharp.torch;

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>What TrivialAugment does to one image: an operation, its strength from 0 to 1, and its direction where it has two.</summary>
/// <remarks>
/// Müller and Hutter, <see href="https://arxiv.org/abs/2103.10158">arXiv 2103.10158</see>, with its wide ranges: one operation per image,
/// each as probable as the others, at one of 31 equally spaced strengths. Nothing is to be tuned.
/// </remarks>
internal readonly record struct TrivialChange(TrivialOperation Operation, double Strength, bool Negative)
{
    private const int Strengths = 31;
    private const double MaxShear = 0.99;
    private const double MaxTranslation = 32; // pixels
    private const double MaxRotation = 135; // degrees
    private const double MaxBlend = 0.99; // of the factor 1
    private const int MaxLostBits = 6;

    private static readonly int Operations = Enum.GetValues<TrivialOperation>().Length;

    /// <summary>Draws what is done to each of n images.</summary>
    public static TrivialChange[] Draw(int n, Generator random)
    {
        using var drawn = rand(3, n, ScalarType.Float64, generator: random);
        var u = drawn.data<double>().ToArray();
        return
        [
            .. Enumerable
                .Range(0, n)
                .Select(image => new TrivialChange(
                    (TrivialOperation)(u[image] * Operations),
                    Math.Floor(u[n + image] * Strengths) / (Strengths - 1),
                    u[(2 * n) + image] < 0.5
                )),
        ];
    }

    /// <summary>Changes an image [S, S, channels] in place.</summary>
    public void Apply(Span<byte> image, int size, int channels)
    {
        var signed = Negative ? -Strength : Strength;
        var factor = 1 + (MaxBlend * signed);
        switch (Operation)
        {
            case TrivialOperation.Brightness:
                ColorOperations.Brightness(image, factor);
                break;
            case TrivialOperation.Color:
                ColorOperations.Saturation(image, channels, factor);
                break;
            case TrivialOperation.Contrast:
                ColorOperations.Contrast(image, channels, factor);
                break;
            case TrivialOperation.Sharpness:
                ColorOperations.Sharpness(image, size, channels, factor);
                break;
            case TrivialOperation.Posterize:
                ToneOperations.Posterize(image, 8 - (int)Math.Round(MaxLostBits * Strength));
                break;
            case TrivialOperation.Solarize:
                ToneOperations.Solarize(image, 255 * (1 - Strength));
                break;
            case TrivialOperation.AutoContrast:
                ToneOperations.AutoContrast(image, channels);
                break;
            case TrivialOperation.Equalize:
                ToneOperations.Equalize(image, channels);
                break;
            default:
                Move(signed, size)?.Apply(image, size, channels);
                break;
        }
    }

    private AffineMap? Move(double signed, int size) =>
        Operation switch
        {
            TrivialOperation.ShearX => AffineMap.ShearX(MaxShear * signed),
            TrivialOperation.ShearY => AffineMap.ShearY(MaxShear * signed),
            TrivialOperation.TranslateX => AffineMap.TranslationX(MaxTranslation * signed),
            TrivialOperation.TranslateY => AffineMap.TranslationY(MaxTranslation * signed),
            TrivialOperation.Rotate => AffineMap.Rotation(MaxRotation * signed, size),
            _ => null,
        };
}
