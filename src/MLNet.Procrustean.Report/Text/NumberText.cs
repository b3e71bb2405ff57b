using System.Globalization;

namespace MLNet.Procrustean.Report.Text;

/// <summary>Writes numbers for readers, the same in every culture; an en dash stands for what is unknown.</summary>
internal static class NumberText
{
    public const string Unknown = "–";

    public static string Percent(double? share, string format = "0.0") =>
        share is { } known && double.IsFinite(known) ? $"{Digits(100 * known, format)} %" : Unknown;

    public static string Number(double? value, string format = "0.00") =>
        value is { } known && double.IsFinite(known) ? Digits(known, format) : Unknown;

    /// <summary>Three significant digits, for quantities of any size.</summary>
    public static string Significant(double? value) =>
        Math.Abs(value ?? 0) switch
        {
            0 => Number(value, "0"),
            >= 1e6 or < 1e-3 => Number(value, "0.00e0"),
            >= 100 => Number(value, "#,0"),
            >= 10 => Number(value, "0.0"),
            >= 1 => Number(value),
            >= 0.1 => Number(value, "0.000"),
            _ => Number(value, "0.0000"),
        };

    public static string Count(long? count) => count?.ToString("#,0", CultureInfo.InvariantCulture) ?? Unknown;

    public static string Time(TimeSpan? time) =>
        time switch
        {
            null => Unknown,
            { TotalMinutes: < 1 } => $"{Digits(time.Value.TotalSeconds, "0.0")} s",
            { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Value.Minutes} min {time.Value.Seconds:00} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.Value.TotalHours} h {time.Value.Minutes:00} min"),
        };

    // A minus sign as wide as a digit, so that columns stay aligned; and no minus before a rounded zero.
    private static string Digits(double value, string format)
    {
        var digits = value.ToString(format, CultureInfo.InvariantCulture);
        return digits.StartsWith('-')
            ? digits.AsSpan(1).IndexOfAnyInRange('1', '9') < 0
                ? digits[1..]
                : $"−{digits[1..]}"
            : digits;
    }
}
