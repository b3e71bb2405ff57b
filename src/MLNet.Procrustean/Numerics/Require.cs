using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Numerics;

/// <summary>Refuses an option out of range, saying what was found and what is allowed.</summary>
internal static class Require
{
    public static int AtLeast(int value, int smallest, string name) =>
        value >= smallest
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be at least {smallest}.");

    public static int Between(int value, int smallest, int largest, string name) =>
        value >= smallest && value <= largest
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be from {smallest} to {largest}.");

    /// <summary>Refuses NaN too, since no comparison with it holds.</summary>
    public static double Between(double value, double smallest, double largest, string name) =>
        value >= smallest && value <= largest
            ? value
            : throw new ArgumentOutOfRangeException(
                name,
                value,
                FormattableString.Invariant($"{name} is {value}; it must be from {smallest} to {largest}.")
            );

    public static double Positive(double value, string name) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                name,
                value,
                FormattableString.Invariant($"{name} is {value}; it must be a finite number above 0.")
            );

    public static double FiniteAtLeast(double value, double smallest, string name) =>
        value >= smallest && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                name,
                value,
                FormattableString.Invariant($"{name} is {value}; it must be a finite number of at least {smallest}.")
            );

    public static int OneOf(int value, int[] allowed, string name) =>
        allowed.Contains(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be one of {string.Join(", ", allowed)}.");

    public static int Even(int value, string name) =>
        value % 2 == 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be even.");

    public static int MultipleOf(int divisor, int value, string name) =>
        value % divisor == 0
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be a multiple of {divisor}.");

    public static T Named<T>(T value, [CallerMemberName] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                name,
                value,
                $"{name} is {value}; it must be one of {string.Join(", ", Enum.GetNames<T>())}."
            );

    public static string Name(string value, [CallerMemberName] string name = "") =>
        !string.IsNullOrWhiteSpace(value) ? value : throw new ArgumentException($"{name} is empty; give the name of a column.", name);

    public static string? PathOrNull(string? value, string what, [CallerMemberName] string name = "") =>
        value is null || !string.IsNullOrWhiteSpace(value)
            ? value
            : throw new ArgumentException($"{name} is empty; give the path of {what}.", name);

    public static T NotNull<T>(T? value, [CallerMemberName] string name = "")
        where T : class => value ?? throw new ArgumentNullException(name);
}
