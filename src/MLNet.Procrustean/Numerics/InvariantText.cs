using System.Globalization;

namespace MLNet.Procrustean.Numerics;

/// <summary>Texts with numbers that are the same in every culture.</summary>
internal static class InvariantText
{
    /// <summary>
    /// Prints in the invariant culture what would otherwise print its numbers in the culture of the thread, as records do.
    /// </summary>
    public static T Of<T>(Func<T> print)
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return print();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
