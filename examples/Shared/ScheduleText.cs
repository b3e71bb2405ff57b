using System.Globalization;
using MLNet.Procrustean;

namespace Shared;

/// <summary>Reads a learning-rate schedule from the command line: <c>cosine(warm-up-epochs=5)</c>, <c>steps(factor=0.1)</c>.</summary>
internal static class ScheduleText
{
    private static readonly (string Name, string Meaning, Func<GivenParameters, LearningRateSchedule> Read)[] All =
    [
        ("cosine", "half a cosine down to 0", given => new CosineSchedule { WarmUpEpochs = WarmUp(given) }),
        ("steps", "times the factor after each of these shares of the epochs", given => new StepSchedule
        {
            WarmUpEpochs = WarmUp(given),
            Milestones = Milestones(given, new()),
            Factor = given.Number("factor", new StepSchedule().Factor),
        }),
    ];

    public static string Help { get; } = $"{string.Join("; ", All.Select(Described))}. Parameters that are left out are as shown.";

    /// <exception cref="FormatException">There is no such schedule.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static LearningRateSchedule Parse(string text)
    {
        var given = GivenParameters.Parse("schedule", text, $"Schedules: {Help}");
        var read = Array.Find(All, one => one.Name == given.Name).Read
            ?? throw new FormatException($"There is no schedule '{given.Name}'. Schedules: {Help}");
        var schedule = read(given);
        given.RefuseOthers();
        return schedule;
    }

    private static string Described((string Name, string Meaning, Func<GivenParameters, LearningRateSchedule> Read) one)
    {
        var parameters = new GivenParameters("schedule", one.Name, []);
        one.Read(parameters);
        return $"{parameters}: {one.Meaning}";
    }

    private static int WarmUp(GivenParameters given) => given.Whole("warm-up-epochs", new CosineSchedule().WarmUpEpochs);

    private static IReadOnlyList<double> Milestones(GivenParameters given, StepSchedule byDefault)
    {
        var text = byDefault.Milestones.Select(share => share.ToString(CultureInfo.InvariantCulture));
        return given.NamesOrDefault("milestones", string.Join('/', text)) is { IsDefault: false } shares
            ? [.. shares.Select(Share)]
            : byDefault.Milestones;
    }

    private static double Share(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
            ? share
            : throw new FormatException($"The milestone '{text}' must be a number with a decimal point, as in milestones=0.8/0.9.");
}
