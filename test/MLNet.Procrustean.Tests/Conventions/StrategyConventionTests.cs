using MLNet.Procrustean.Tests.Strategies;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Conventions;

public sealed class StrategyConventionTests
{
    private static readonly Type[] Strategies =
    [
        .. typeof(TrainingStrategy)
            .Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(TrainingStrategy)) && !type.IsAbstract),
    ];

    [Test]
    public void Strategies_InTheLibrary_AreFound() =>
        Assert.That(Strategies, Does.Contain(typeof(PlainTraining)).And.Contain(typeof(MajorFeatureWeakening)));

    [Test]
    public void Strategies_All_AreInTheBattery() =>
        Assert.That(Strategies.Except(AllStrategies.List.Select(strategy => strategy.GetType())), Is.Empty);

    [Test]
    public void Strategies_All_AreSealed() => Assert.That(Strategies.Where(type => !type.IsSealed), Is.Empty);

    [Test]
    public void Strategies_All_HaveATestClass()
    {
        var classes = typeof(StrategyConventionTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        Assert.That(Strategies.Where(type => !classes.Contains($"{type.Name}Tests")), Is.Empty);
    }

    [Test]
    public void Strategies_ButPlainTraining_LinkTheirPaper()
    {
        var offenders = Strategies.Where(type => type != typeof(PlainTraining) && !Remarks(type).Contains("https://"));
        Assert.That(offenders, Is.Empty);
    }

    private static string Remarks(Type strategy)
    {
        var text = Repository
            .Sources.SingleOrDefault(source => source.Path.EndsWith($"/Strategies/{strategy.Name}.cs", StringComparison.Ordinal))
            .Text
            ?? "";
        var lines = text.Split('\n')
            .SkipWhile(line => !line.Contains("<remarks>"))
            .TakeWhile(line => line.StartsWith("///", StringComparison.Ordinal));
        return string.Join('\n', lines);
    }
}
