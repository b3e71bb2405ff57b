using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>The loss that a strategy gives to a handful of images, and the pieces to compute it again by loops.</summary>
internal static class LossOfStrategy
{
    /// <summary>Logits of five images and four classes, with zeros, equal ones and large ones among them.</summary>
    public static readonly double[][] Logits =
    [
        [0.5, -1.25, 3, 0],
        [2, 2, 2, 2],
        [-40, 30, 0.25, 7],
        [0, 0, 0, 0],
        [1.5, -0.5, 0.75, -6],
    ];

    /// <summary>Their labels.</summary>
    public static readonly int[] Labels = [2, 0, 3, 1, 3];

    public static ClassCounts Counts { get; } = ToyImages.Counts(1000, 250, 40, 7);

    public static float[] Of(TrainingStrategy strategy, int epoch = 1, int epochs = 10)
    {
        using var scope = NewDisposeScope();
        var rule = strategy.RuleFor(new(epoch, epochs, Counts, CPU));
        var logits = tensor(Logits.SelectMany(row => row).Select(z => (float)z).ToArray()).reshape(Logits.Length, Counts.Classes);
        return rule.Loss(logits, tensor(Labels.Select(label => (long)label).ToArray())).data<float>().ToArray();
    }

    /// <summary>−log softmax(z)_y of each image, where the logits are first changed by a function of (logit, class).</summary>
    public static double[] CrossEntropy(Func<double, int, double> changed)
    {
        var losses = new double[Logits.Length];
        for (var i = 0; i < Logits.Length; i++)
        {
            var sum = 0.0;
            for (var c = 0; c < Counts.Classes; c++)
            {
                sum += Math.Exp(changed(Logits[i][c], c));
            }

            losses[i] = Math.Log(sum) - changed(Logits[i][Labels[i]], Labels[i]);
        }

        return losses;
    }
}
