using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms;
using MLNet.Procrustean;

namespace Benchmark.Peers;

/// <summary>Fits and judges a peer with one seed.</summary>
internal sealed class PeerRun(Grid grid)
{
    private static readonly float[] Regularisations = [0.01f, 0.1f, 1, 10, 100];
    private readonly ImageNetFeatures features = new(grid.Options.Cancellation);

    /// <summary>The regularisation is chosen on images held out of the training folder with the run's seed.</summary>
    public RunRow Execute(FrozenFeatures peer, RunKey key)
    {
        var ml = new MLContext(key.Seed);
        var images = ml.Data.LoadImageFolder(grid.Train);
        var (kept, heldOut) = ml.Data.StratifiedSplit(images, "Label", OneRun.HeldOutShare, key.Seed);
        List<LabelledImageFile> Files(IDataView view) => [.. ml.Data.CreateEnumerable<LabelledImageFile>(view, reuseRowObject: false)];
        var fewer = Files(grid.Imbalance.Subset(ml.Data, kept, Part.HeldOut, key.Seed));
        var all = Files(grid.Imbalance.Subset(ml.Data, images, Part.Test, key.Seed));
        var (choosing, test) = (Files(heldOut), Files(ml.Data.LoadImageFolder(grid.Test)));
        var used = fewer.Concat(all).Concat(choosing).Select(file => file.ImagePath).Distinct().ToList();
        features.Compute("training folder", used);
        features.Compute("test folder", test.Select(file => file.ImagePath));

        var clock = Stopwatch.StartNew();
        var l2 = Regularisations.MaxBy(l2 => Judged(ml, peer, l2, fewer, choosing).MacroAccuracy);
        var metrics = Judged(ml, peer, l2, all, test);
        var (fitting, reading) = (clock.Elapsed.TotalSeconds, used.Count * features.SecondsPerImage);
        Console.Error.WriteLine(
            FormattableString.Invariant(
                $"{peer.Name}, seed {key.Seed}: l2 = {l2} chosen; features {reading:0.0} s, choosing and fitting {fitting:0.0} s"
            )
        );
        var counts = all.CountBy(file => file.Label).OrderBy(label => label.Key, StringComparer.Ordinal).ToList();
        var minor = MinorClasses.Of(new([.. counts.Select(label => label.Key)], [.. counts.Select(label => (long)label.Value)]));
        return OneRun.Row(key, metrics, minor, reading + fitting);
    }

    // Fitted to the first files and judged on the second.
    private ImbalanceMetrics Judged(
        MLContext ml,
        FrozenFeatures peer,
        float l2,
        List<LabelledImageFile> train,
        List<LabelledImageFile> test
    )
    {
        var trainer = ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
            new LbfgsMaximumEntropyMulticlassTrainer.Options
            {
                ExampleWeightColumnName = peer.Weighted ? nameof(FeatureRow.Weight) : null,
                L1Regularization = 0,
                L2Regularization = l2,
                NumberOfThreads = 1, // sums in the same order in every run
            }
        );
        var model = ml
            .Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(trainer)
            .Fit(Rows(ml, train));
        return ml.MulticlassClassification.EvaluateImbalance(model.Transform(Rows(ml, test)));
    }

    private IDataView Rows(MLContext ml, List<LabelledImageFile> files)
    {
        var counts = files.CountBy(file => file.Label).ToDictionary();
        return ml.Data.LoadFromEnumerable(
            files.Select(file => new FeatureRow
            {
                Label = file.Label,
                Features = features[file.ImagePath],
                Weight = 1f / counts[file.Label],
            })
        );
    }
}
