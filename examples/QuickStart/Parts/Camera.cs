using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>Turns a clean drawing into a small photograph: out of focus, unevenly exposed and noisy.</summary>
internal static class Camera
{
    public static SKBitmap Expose(SKSurface surface, int side, Random random)
    {
        using var sharp = surface.Snapshot();
        var photograph = new SKBitmap(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var defocus = random.Between(0, 0.6);
        using (var canvas = new SKCanvas(photograph))
        using (var blur = SKImageFilter.CreateBlur(defocus, defocus))
        using (var paint = new SKPaint { FilterQuality = SKFilterQuality.Medium, ImageFilter = defocus > 0.1 ? blur : null })
        {
            canvas.DrawImage(sharp, new SKRect(0, 0, side, side), paint);
        }

        using var pixels = photograph.PeekPixels();
        AddNoise(pixels.GetPixelSpan<byte>(), random);
        return photograph;
    }

    private static void AddNoise(Span<byte> pixels, Random random)
    {
        var exposure = random.Between(0.85, 1.2);
        var grain = random.Between(2, 8);
        ReadOnlySpan<float> whiteBalance = [random.Between(0.9, 1.1), random.Between(0.95, 1.05), random.Between(0.9, 1.1)];
        for (var offset = 0; offset < pixels.Length; offset += 4)
        {
            var common = random.Gaussian();
            for (var channel = 0; channel < whiteBalance.Length; channel++)
            {
                var noise = grain * ((0.7 * common) + (0.5 * random.Gaussian()));
                var value = (pixels[offset + channel] * exposure * whiteBalance[channel]) + noise;
                pixels[offset + channel] = (byte)Math.Clamp(value, 0, 255);
            }
        }
    }
}
