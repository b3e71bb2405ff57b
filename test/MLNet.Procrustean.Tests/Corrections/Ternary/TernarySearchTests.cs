using MLNet.Procrustean.Corrections.Ternary;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

public sealed class TernarySearchTests
{
    private static readonly TernaryOptions Fixed = new()
    {
        Layers = TernaryLayers.All,
        RedrawInterval = null,
        MaxSweeps = 100,
    };

    [Test]
    public void Run_FixedBatch_EndsAtALocalMinimum([Values] TernaryObjective objective)
    {
        using var noGradient = no_grad();
        using var small = new SmallNetwork();
        using var inputs = small.Inputs();
        using var search = new TernarySearch(Fixed with { Objective = objective }, small.Network, inputs, validation: null);

        var report = search.Run();

        var end = small.Objective(objective);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.ObjectiveAfter, Is.EqualTo(end).Within(1e-6));
            Assert.That(report.ObjectiveAfter, Is.LessThan(report.ObjectiveQuantised));
            Assert.That(report.AcceptedChanges, Is.Positive);
        }

        foreach (var weight in TernaryPart.Of(small.Network, TernaryLayers.All).SelectMany(part => part.Weights))
        {
            Assert.That(LowestBeside(weight, () => small.Objective(objective)), Is.GreaterThanOrEqualTo(end - 1e-6));
        }
    }

    [Test]
    public void Run_FixedBatch_NeverRaisesTheObjective([Values] TernaryObjective objective)
    {
        using var noGradient = no_grad();
        using var small = new SmallNetwork();
        using var inputs = small.Inputs();
        var told = new List<TernaryProgress>();
        using var search = new TernarySearch(
            Fixed with
            {
                Objective = objective,
                Progress = new CalledProgress<TernaryProgress>(told.Add),
            },
            small.Network,
            inputs,
            validation: null
        );

        search.Run();

        var values = told.Select(progress => progress.Objective).Where(double.IsFinite).ToList();
        Assert.That(values, Has.Count.GreaterThan(1));
        Assert.That(values.Zip(values.Skip(1)).Where(pair => pair.Second > pair.First + 1e-6), Is.Empty);
    }

    [Test]
    public void Run_Layers_ChangesTheirWeightsAndNothingElse([Values] TernaryLayers layers)
    {
        using var noGradient = no_grad();
        using var small = new SmallNetwork();
        var before = small.Network.state_dict().ToDictionary(named => named.Key, named => NetworkBits.Of(named.Value));
        using var inputs = small.Inputs(layers == TernaryLayers.LastLayer);
        using var search = new TernarySearch(Fixed with { Layers = layers, MaxSweeps = 1 }, small.Network, inputs, validation: null);

        var report = search.Run();

        string[] all = ["fc.weight", "layer2.0.conv.weight", "layer1.0.conv.weight", "stem.conv1.weight"];
        var expected = all[
            ..(
                layers == TernaryLayers.LastLayer ? 1
                : layers == TernaryLayers.LastStage ? 2
                : 4
            )
        ];
        var after = small.Network.state_dict().Where(named => !NetworkBits.Of(named.Value).AsSpan().SequenceEqual(before[named.Key]));
        Assert.That(after.Select(named => named.Key), Is.EquivalentTo(expected));
        Assert.That(report.Weights, Is.EqualTo(expected.Sum(name => before[name].Length / 4)));
    }

    [Test]
    public void Run_SameSeed_GivesTheSameBitsAlsoWithOtherBatches()
    {
        static byte[] Bits(int seed, int interval)
        {
            using var noGradient = no_grad();
            using var small = new SmallNetwork(count: 40);
            using var inputs = small.Inputs();
            var options = Fixed with { BatchSize = 9, RedrawInterval = interval, MaxSweeps = 2, Seed = seed };
            using var search = new TernarySearch(options, small.Network, inputs, validation: null);
            search.Run();
            return NetworkBits.Of(small.Network);
        }

        var first = Bits(seed: 1, interval: 50);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Bits(seed: 1, interval: 50), Is.EqualTo(first));
            Assert.That(Bits(seed: 2, interval: 50), Is.Not.EqualTo(first));
            Assert.That(Bits(seed: 1, interval: 1000), Is.Not.EqualTo(first), "one batch for all");
        }
    }

    [Test]
    public void Run_Patience_StopsAfterSoManySweepsInARowWithoutARise()
    {
        var accuracies = Accuracies(patience: 1000); // before each sweep
        int[] patiences = [1, 2, 3];
        int[] expected = [.. patiences.Select(LastSweep)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(expected, Is.Unique.And.All.LessThan(accuracies.Length - 1), "else this shows nothing");
            Assert.That(patiences.Select(patience => Accuracies(patience).Length), Is.EqualTo(expected));
        }

        int LastSweep(int patience)
        {
            var (best, rise) = (accuracies[0], 0);
            for (var sweep = 1; sweep < accuracies.Length; sweep++)
            {
                (best, rise) = accuracies[sweep] > best ? (accuracies[sweep], sweep) : (best, rise);
                if (sweep - rise >= patience)
                {
                    return sweep;
                }
            }

            return int.MaxValue;
        }

        static double[] Accuracies(int patience)
        {
            using var noGradient = no_grad();
            using var small = new SmallNetwork(count: 40);
            using var inputs = small.Inputs();
            using var validation = small.Inputs();
            var told = new List<TernaryProgress>();
            var options = Fixed with
            {
                BatchSize = 9,
                RedrawInterval = 20,
                MaxSweeps = 15,
                Patience = patience,
                Progress = new CalledProgress<TernaryProgress>(told.Add),
            };
            using var search = new TernarySearch(options, small.Network, inputs, validation);
            search.Run();
            return [.. told.GroupBy(progress => progress.Sweep).Select(sweep => sweep.First().ValidationMacroAccuracy!.Value)];
        }
    }

    [Test]
    public void Draw_MoreImagesThanABatch_HasEquallyManyOfEachClassAsFarAsThereAre()
    {
        int[] labels = [.. Enumerable.Repeat(0, 50), .. Enumerable.Repeat(1, 30), 2, 2];
        var batches = new EvaluationBatches(labels, size: 30, seed: 1);

        var (first, second) = (batches.Draw(0), batches.Draw(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.CountBy(row => labels[row]).Select(pair => pair.Value), Is.EqualTo(new[] { 10, 10, 2 }));
            Assert.That(second, Is.Not.EqualTo(first));
            Assert.That(batches.Draw(0), Is.EqualTo(first));
            Assert.That(new EvaluationBatches(labels, size: 82, seed: 1).Draw(7), Is.EqualTo(Enumerable.Range(0, 82)));
        }
    }

    // Over the other values of each weight, with a forward pass each.
    private static double LowestBeside(Tensor weight, Func<double> objective)
    {
        var lowest = double.PositiveInfinity;
        using var flat = weight.view(-1);
        var values = flat.data<float>().ToArray();
        var perChannel = values.Length / (int)weight.shape[0];
        for (var index = 0; index < values.Length; index++)
        {
            var scale = values.Skip(index / perChannel * perChannel).Take(perChannel).Max(Math.Abs);
            foreach (var other in new[] { -scale, 0, scale }.Where(other => other != values[index]))
            {
                BitConverter.TryWriteBytes(flat.bytes.Slice(4 * index, 4), other);
                lowest = Math.Min(lowest, objective());
            }

            BitConverter.TryWriteBytes(flat.bytes.Slice(4 * index, 4), values[index]);
        }

        return lowest;
    }
}
