using MLNet.Procrustean;

namespace Shared;

/// <summary>A strategy of the library by its name on the command line, with the library's defaults.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Meaning">The name spelled out.</param>
/// <param name="Read">Makes it, with the parameters that are given.</param>
internal sealed record NamedStrategy(string Name, string Meaning, Func<GivenParameters, TrainingStrategy> Read)
{
    public static IReadOnlyList<NamedStrategy> All { get; } =
    [
        new("recommended", "what the library recommends", _ => new RecommendedStrategy()),
        new("plain", "every image once, with cross entropy", _ => new PlainTraining()),
        Of<MajorFeatureWeakening>("mfw", "Major Feature Weakening", (it, given) =>
            it with
            {
                MinLambda = given.Number("min-lambda", it.MinLambda),
                Depth = given.Depth("depth", it.Depth),
                Gamma = given.Number("gamma", it.Gamma),
                PartnerGradient = given.Switch("partner-gradient", it.PartnerGradient),
                MixedFraction = given.Number("mixed-fraction", it.MixedFraction),
                FollowsProgress = given.Switch("progress", it.FollowsProgress),
            }
        ),
        Of<ClassDependentTemperatures>("cdt", "class-dependent temperatures", (it, given) =>
            it with
            {
                Gamma = given.Number("gamma", it.Gamma),
            }
        ),
        Of<LogitAdjustment>("la", "logit adjustment", (it, given) => it with { Tau = given.Number("tau", it.Tau) }),
        Of<VectorScaling>("vs", "vector scaling", (it, given) =>
            it with
            {
                Gamma = given.Number("gamma", it.Gamma),
                Tau = given.Number("tau", it.Tau),
            }
        ),
        Of<LabelDistributionAwareMargin>("ldam", "label-distribution-aware margins", (it, given) =>
            it with
            {
                MaxMargin = given.Number("max-margin", it.MaxMargin),
            }
        ),
        Of<FocalLoss>("focal", "focal loss", (it, given) => it with { Gamma = given.Number("gamma", it.Gamma) }),
        Of<ClassBalancedWeights>("cb", "class-balanced weights", (it, given) => it with { Beta = given.Number("beta", it.Beta) }),
        Of<ClassBalancedSampling>("sampling", "class-balanced sampling", (it, given) => it with { Q = given.Number("q", it.Q) }),
        Of<Mixup>("mixup", "mixup", (it, given) =>
            it with
            {
                Alpha = given.Number("alpha", it.Alpha),
                Depth = given.Depth("depth", it.Depth),
            }
        ),
        Of<Remix>("remix", "Remix", (it, given) =>
            it with
            {
                Alpha = given.Number("alpha", it.Alpha),
                Kappa = given.Number("kappa", it.Kappa),
                Tau = given.Number("tau", it.Tau),
            }
        ),
        Of<CostSensitiveAdversarialTraining>("adversarial", "cost-sensitive adversarial training", (it, given) =>
            it with
            {
                Tau = given.Number("tau", it.Tau),
                Attack = new()
                {
                    Epsilon = given.Number("epsilon", it.Attack.Epsilon),
                    StepSize = given.Number("step-size", it.Attack.StepSize),
                    Steps = given.Whole("steps", it.Attack.Steps),
                },
                Costs = given.PathOrNull("costs", "equal") is { } path ? CostMatrix.Load(path) : null,
            }
        ),
        Of<DeepQLearning>("dqn", "deep Q-learning; minor classes with slashes between them", (it, given) =>
            it with
            {
                Rho = given.NumberOrNull("rho", "by-counts"),
                Minor = given.NamesOrDefault("minor", "by-counts"),
                Learning = new()
                {
                    Gamma = given.Number("gamma", it.Learning.Gamma),
                    MemorySize = given.Whole("memory", it.Learning.MemorySize),
                    ExplorationShare = given.Number("exploration", it.Learning.ExplorationShare),
                    FinalEpsilon = given.Number("final-epsilon", it.Learning.FinalEpsilon),
                    TargetInterval = given.WholeOrNull("target-interval", "twelfth"),
                    DoubleQ = given.Switch("double", it.Learning.DoubleQ),
                    HuberLoss = given.Switch("huber", it.Learning.HuberLoss),
                },
            }
        ),
    ];

    /// <summary>The name, the parameters with their defaults, and the meaning.</summary>
    public override string ToString()
    {
        var parameters = new GivenParameters("strategy", Name, []);
        Read(parameters);
        return $"{parameters}: {Meaning}";
    }

    private static NamedStrategy Of<T>(string name, string meaning, Func<T, GivenParameters, T> with)
        where T : TrainingStrategy, new() => new(name, meaning, given => with(new(), given));
}
