using MLNet.Procrustean;

namespace Shared;

/// <summary>
/// Reads from the command line what is done to a model after training: <c>none</c>, <c>la(tau=1)</c>, <c>tau-norm(tau=0.5)</c> or
/// <c>ternary(layers=last,objective=g-mean)</c>.
/// </summary>
internal static class CorrectionText
{
    private static readonly Dictionary<string, TernaryLayers> Layers = new()
    {
        ["last"] = TernaryLayers.LastLayer,
        ["last-stage"] = TernaryLayers.LastStage,
        ["all"] = TernaryLayers.All,
    };

    private static readonly Dictionary<string, TernaryObjective> Objectives = new()
    {
        ["entropy"] = TernaryObjective.CrossEntropy,
        ["macro"] = TernaryObjective.MacroAccuracy,
        ["g-mean"] = TernaryObjective.GeometricMean,
    };

    public static string Help { get; } =
        "none; la(tau=1): logit adjustment after training; tau-norm(tau=0.5): rows of the classifier brought nearer to equal length; "
        + $"{TernaryHelp()}: weights of three values each, found by a search (layers: {string.Join(", ", Layers.Keys)}; objective: "
        + $"{string.Join(", ", Objectives.Keys)}; minutes=0: any time). Parameters that are left out are as shown.";

    public static Func<CorrectionInput, ImageClassifierModel> Parse(string text)
    {
        var given = GivenParameters.Parse("correction", text, $"Corrections: {Help}");
        var correction = Read(given) ?? throw new FormatException($"There is no correction '{text}'. Corrections: {Help}");
        given.RefuseOthers();
        return correction;
    }

    private static Func<CorrectionInput, ImageClassifierModel>? Read(GivenParameters given)
    {
        switch (given.Name)
        {
            case "none":
                return input => input.Trained;
            case "la":
                var tau = Tau(given, byDefault: 1, largest: 10);
                return input => input.Trained.AdjustLogits(tau);
            case "tau-norm":
                var share = Tau(given, byDefault: 0.5, largest: 1);
                return input => input.Trained.NormaliseClassifier(share);
            case "ternary":
                var options = Ternary(given);
                return input => Ternarised(input, options);
            default:
                return null;
        }
    }

    // Said now, not after the training.
    private static double Tau(GivenParameters given, double byDefault, int largest) =>
        given.Number("tau", byDefault) is >= 0 and var tau && tau <= largest
            ? tau
            : throw new FormatException($"The parameter tau of {given.Name} is out of range: it must be from 0 to {largest}.");

    private static TernaryOptions Ternary(GivenParameters given)
    {
        var it = new TernaryOptions();
        return it with
        {
            Layers = given.OneOf("layers", Layers, it.Layers),
            Objective = given.OneOf("objective", Objectives, it.Objective),
            ImagesPerClass = given.Whole("images", it.ImagesPerClass),
            ValidationSetFraction = given.Number("validation", it.ValidationSetFraction),
            BatchSize = given.Whole("batch-size", it.BatchSize),
            RedrawInterval = given.WholeOrNull("redraw", "never", it.RedrawInterval),
            MaxSweeps = given.Whole("sweeps", it.MaxSweeps),
            Patience = given.Whole("patience", it.Patience),
            MaxTime = given.Number("minutes", byDefault: 0) is not 0 and var minutes ? TimeSpan.FromMinutes(minutes) : null,
        };
    }

    private static string TernaryHelp()
    {
        var parameters = new GivenParameters("correction", "ternary", []);
        Ternary(parameters);
        return $"{parameters}";
    }

    private static ImageClassifierModel Ternarised(CorrectionInput input, TernaryOptions options)
    {
        var (model, report) = input.Trained.TernariseWeights(
            input.Train,
            options with
            {
                Seed = input.Options.Seed ?? options.Seed,
                Progress = input.Progress,
                Cancellation = input.Options.Cancellation,
            }
        );
        input.Tell(report.ToString());
        return model;
    }
}
