using MLNet.Procrustean.Diagnostics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>Features in memory.</summary>
/// <param name="views">Those of the images, and then those of their mirror images: bfloat16 [N, ...], disposed with this.</param>
internal sealed class FeaturesInMemory(IReadOnlyList<Tensor> views) : FeatureRows
{
    public override bool HaveMirrorImages => views.Count > 1;

    /// <summary>Computes them.</summary>
    public static FeaturesInMemory Compute(FeatureComputation computation, PhaseMeter meter)
    {
        using var scope = NewDisposeScope();
        Tensor[] views =
        [
            .. Enumerable.Range(0, computation.Layout.Views).Select(_ => empty(computation.Layout.Shape, FeatureLayout.Kept)),
        ];
        computation.Run(meter, (view, start, features) =>
        {
            using var place = views[view].narrow(0, start, features.shape[0]);
            place.copy_(features);
        });
        return new([.. views.Select(view => view.DetachFromDisposeScope())]);
    }

    public override Tensor Of(Tensor rows, Tensor? mirrored = null)
    {
        using var scope = NewDisposeScope();
        var features = views[0].index_select(0, rows);
        if (mirrored is not null)
        {
            var places = mirrored.nonzero().flatten();
            features.index_copy_(0, places, views[1].index_select(0, rows.index_select(0, places)));
        }

        return features.MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        foreach (var view in views)
        {
            view.Dispose();
        }
    }
}
