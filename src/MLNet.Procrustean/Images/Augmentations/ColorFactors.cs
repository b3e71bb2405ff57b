namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>How the colours of one image are jittered.</summary>
/// <param name="Brightness">The factor of its brightness; 1 changes nothing, as for the others.</param>
/// <param name="Contrast">The factor of its contrast.</param>
/// <param name="Saturation">The factor of its saturation; not for a grey image.</param>
/// <param name="Order">Which of the six orders they are applied in.</param>
internal readonly record struct ColorFactors(double Brightness, double Contrast, double Saturation, int Order)
{
    /// <summary>In how many orders the three factors can be applied.</summary>
    public const int Orders = 6;

    /// <summary>Changes an image [S, S, channels] in place.</summary>
    public void Apply(Span<byte> image, int channels)
    {
        var first = Order / 2;
        var next = (first + 1 + (Order % 2)) % 3;
        Apply(first, image, channels);
        Apply(next, image, channels);
        Apply(3 - first - next, image, channels);
    }

    private void Apply(int which, Span<byte> image, int channels)
    {
        switch (which)
        {
            case 0 when Brightness != 1:
                ColorOperations.Brightness(image, Brightness);
                break;
            case 1 when Contrast != 1:
                ColorOperations.Contrast(image, channels, Contrast);
                break;
            case 2 when Saturation != 1:
                ColorOperations.Saturation(image, channels, Saturation);
                break;
        }
    }
}
