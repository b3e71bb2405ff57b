using System.Diagnostics;
using System.Globalization;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

/// <summary>
/// The search on Fisher's irises, as in its paper: a small dense network, five folds, the paper's four measures. The environment variable
/// IRIS_DATA has the path of iris.data from the UCI repository.
/// </summary>
public sealed class IrisTests
{
    private const int Folds = 5;
    private static readonly TernaryOptions Search = new()
    {
        Layers = TernaryLayers.All,
        RedrawInterval = null,
        MaxSweeps = 30,
    };

    [Test]
    public void Run_FiveFolds_IsNearBackpropagationAndAheadOfQuantisation()
    {
        var path = Environment.GetEnvironmentVariable("IRIS_DATA");
        if (!File.Exists(path))
        {
            Assert.Ignore("IRIS_DATA names no file; the irises are not here.");
        }

        var rows = IrisNetwork.Read(path);
        var folds = Enumerable.Range(0, Folds).Select(fold => MeasuredIn(rows, fold)).ToList();
        var means = folds[0].Keys.ToDictionary(method => method, method => Mean([.. folds.Select(fold => fold[method])]));
        TestContext.Out.WriteLine("| weights | training error | validation error | bytes | seconds |");
        TestContext.Out.WriteLine("|---|---|---|---|---|");
        foreach (var (method, mean) in means)
        {
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {method} | {mean} |"));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(means["search"].Training, Is.LessThanOrEqualTo(means["quantised"].Training));
            Assert.That(means["search"].Validation, Is.LessThan(0.1));
        }
    }

    private static Dictionary<string, Measures> MeasuredIn(IReadOnlyList<IrisNetwork.Row> rows, int fold)
    {
        // Row i of a class belongs to fold i mod 5: the file is in the order of the classes, 50 of each.
        var train = rows.Where((_, i) => i % Folds != fold).ToList();
        var held = rows.Where((_, i) => i % Folds == fold).ToList();
        var clock = Stopwatch.StartNew();
        using var trained = new IrisNetwork(seed: fold, train);
        trained.Train(epochs: 300);
        var results = new Dictionary<string, Measures> { ["backpropagation"] = trained.Measure(held, 4, clock.Elapsed) };
        foreach (
            var (name, sweeps, objective) in new[]
            {
                ("quantised", 0, TernaryObjective.CrossEntropy),
                ("search", Search.MaxSweeps, TernaryObjective.CrossEntropy),
                ("search by macro accuracy", Search.MaxSweeps, TernaryObjective.MacroAccuracy),
            }
        )
        {
            results[name] = trained.Ternary(Search with { MaxSweeps = sweeps, Objective = objective }, held);
        }

        using var drawn = new IrisNetwork(seed: fold, train);
        results["search from random weights"] = drawn.Ternary(Search, held);
        return results;
    }

    private static Measures Mean(IReadOnlyList<Measures> all) =>
        new(all.Average(one => one.Training), all.Average(one => one.Validation), all[0].Bytes, all.Average(one => one.Seconds));
}

/// <summary>The four measures: errors as shares, the bytes of the weights that are searched, and the time of training or search.</summary>
internal sealed record Measures(double Training, double Validation, long Bytes, double Seconds)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Training:.000} | {Validation:.000} | {Bytes} | {Seconds:0.00}");
}
