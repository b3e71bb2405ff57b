using MLNet.Procrustean.Diagnostics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>Features in memory.</summary>
/// <param name="kept">Of each view, that of the images as they are first: bfloat16 [N, ...], disposed with this.</param>
internal sealed class FeaturesInMemory(IReadOnlyList<Tensor> kept) : FeatureRows
{
    public override int Views => kept.Count;

    /// <summary>Computes them.</summary>
    public static FeaturesInMemory Compute(FeatureComputation computation, PhaseMeter meter)
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [.. computation.Layout.Views.Select(_ => empty(computation.Layout.Shape, FeatureLayout.Kept))];
        computation.Run(meter, (view, start, features) =>
        {
            using var place = views[view].narrow(0, start, features.shape[0]);
            place.copy_(features);
        });
        return new([.. views.Select(view => view.DetachFromDisposeScope())]);
    }

    public override Tensor Of(Tensor rows, Tensor? views = null)
    {
        if (views is null)
        {
            return kept[0].index_select(0, rows);
        }

        using var scope = NewDisposeScope();
        var features = empty([rows.shape[0], .. kept[0].shape[1..]], FeatureLayout.Kept);
        foreach (var view in views.data<long>().ToArray().Index().GroupBy(one => (int)one.Item, one => (long)one.Index))
        {
            var places = tensor(view.ToArray());
            features.index_copy_(0, places, kept[view.Key].index_select(0, rows.index_select(0, places)));
        }

        return features.MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        foreach (var view in kept)
        {
            view.Dispose();
        }
    }
}
