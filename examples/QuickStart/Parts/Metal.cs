using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>A metal's tint, from which lit and shaded tones are mixed.</summary>
internal sealed record Metal(SKColor Tint)
{
    private static readonly SKColor[] _tints =
    [
        new(176, 182, 190), // steel
        new(142, 148, 158), // zinc
        new(212, 180, 96), // brass
        new(202, 128, 92), // copper
        new(104, 108, 118), // black oxide
        new(186, 172, 120), // yellow chromate
        new(128, 150, 176), // blued steel
    ];

    /// <summary>Every class comes in every metal: colour must not give the class away.</summary>
    public static Metal Draw(Random random)
    {
        var tint = random.Pick(_tints);
        return new Metal(new SKColor(Shift(tint.Red), Shift(tint.Green), Shift(tint.Blue)));

        byte Shift(byte channel) => (byte)Math.Clamp(channel + random.Between(-14, 14), 0, 255);
    }

    /// <summary>The tint under light between −1 (black) and 1 (white).</summary>
    public SKColor Tone(double light)
    {
        var toward = light < 0 ? 12 : 255;
        var share = Math.Min(Math.Abs(light), 1);
        return new SKColor(Mix(Tint.Red), Mix(Tint.Green), Mix(Tint.Blue));

        byte Mix(byte channel) => (byte)(channel + (share * (toward - channel)));
    }
}
