using SkiaSharp;

namespace MLNet.Procrustean.Benchmarks.Data;

/// <summary>
/// Pictures drawn like photographs, with a graded background, shaded objects in front, and grain; their JPEG files are as large as those of
/// photos.
/// </summary>
internal static class Photo
{
    private const int Quality = 90;
    private const int Things = 12;

    /// <summary>An encoded JPEG, a different one for each number.</summary>
    public static byte[] Jpeg(int width, int height, int number)
    {
        var random = new Random(number);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        DrawBackground(canvas, random, width, height);
        for (var thing = 0; thing < Things; thing++)
        {
            DrawThing(canvas, random, width, height);
        }

        DrawGrain(canvas, random, width, height);
        canvas.Flush();
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    private static void DrawBackground(SKCanvas canvas, Random random, int width, int height)
    {
        using var shade = SKShader.CreateLinearGradient(
            new(0, 0),
            new(width, height),
            [Colour(random), Colour(random)],
            SKShaderTileMode.Clamp
        );
        using var paint = new SKPaint { Shader = shade };
        canvas.DrawRect(0, 0, width, height, paint);
    }

    private static void DrawThing(SKCanvas canvas, Random random, int width, int height)
    {
        var centre = new SKPoint(random.NextSingle() * width, random.NextSingle() * height);
        var radius = (0.05f + (0.2f * random.NextSingle())) * width;
        using var shade = SKShader.CreateRadialGradient(centre, radius * 1.2f, [Colour(random), Colour(random)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shade, IsAntialias = true };
        canvas.Save();
        canvas.RotateDegrees(random.Next(180), centre.X, centre.Y);
        var box = SKRect.Create(centre.X - radius, centre.Y - (radius / 2), 2 * radius, radius);
        if (random.Next(2) == 0)
        {
            canvas.DrawOval(box, paint);
        }
        else
        {
            canvas.DrawRect(box, paint);
        }

        canvas.Restore();
    }

    // Coarse and fine: the texture of surfaces and the noise of a sensor.
    private static void DrawGrain(SKCanvas canvas, Random random, int width, int height)
    {
        foreach (var (frequency, opacity) in new[] { (0.05f, (byte)200), (0.6f, (byte)220) })
        {
            using var noise = SKShader.CreatePerlinNoiseFractalNoise(frequency, frequency, numOctaves: 3, random.Next(1_000));
            using var paint = new SKPaint
            {
                Shader = noise,
                BlendMode = SKBlendMode.SoftLight,
                Color = SKColors.White.WithAlpha(opacity),
            };
            canvas.DrawRect(0, 0, width, height, paint);
        }
    }

    private static SKColor Colour(Random random) => SKColor.FromHsv(random.Next(360), random.Next(20, 70), random.Next(30, 95));
}
