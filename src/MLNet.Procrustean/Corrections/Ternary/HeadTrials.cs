using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>
/// Trials in the last layer, by what a weight adds to the logits of its class: z'_c = z_c + (w'_ci − w_ci) · h_i for each image.
/// </summary>
/// <remarks>A cosine head divides by the length of w_c = a · t: with n values of t that are not 0, it is a · √n.</remarks>
internal sealed class HeadTrials : WeightTrials
{
    private readonly bool isCosine;
    private readonly double[][] features; // h_i of all images, [D][B]
    private readonly double[][] products; // w_c · h, [C][B]
    private readonly double[] biases;
    private readonly int[] used; // n of each class
    private readonly double[] column;
    private readonly ClassLogits logits;

    /// <param name="head">The last layer.</param>
    /// <param name="layer">Its weight.</param>
    /// <param name="pooled">The pooled features of the batch, [B, D].</param>
    /// <param name="labels">y, [B].</param>
    /// <param name="objective">What is made smaller.</param>
    public HeadTrials(Head head, TernaryLayer layer, Tensor pooled, int[] labels, TernaryObjective objective)
    {
        using var scope = NewDisposeScope();
        isCosine = head.Kind == ClassifierHead.Cosine;
        var h = head.Features(pooled).to(float64); // [B, D]
        features = NetworkInputs.Rows(h.t());
        products = NetworkInputs.Rows(head.Weight.to(float64).mm(h.t()));
        biases = head.Bias.to(float64).cpu().data<double>().ToArray();
        used = [.. layer.Values.Chunk(layer.PerChannel).Select(row => row.Count(value => value != 0))];
        column = new double[labels.Length];
        double[][] z = [.. products.Select((row, c) => row.Select(product => Logit(c, product, used[c], layer.Scales[c])).ToArray())];
        Current = ObjectiveValue.Of(objective, z, labels);
        logits = ClassLogits.Of(objective, z, labels);
    }

    /// <summary>z, [C][B].</summary>
    public IReadOnlyList<double[]> Logits => logits.Logits;

    public override double With(TernaryLayer layer, int index, sbyte value) =>
        logits.With(Changed(layer, index, value, products: null), column);

    public override void Dispose() { }

    protected override void Keep(TernaryLayer layer, int index, sbyte value)
    {
        var c = index / layer.PerChannel;
        Changed(layer, index, value, products[c]);
        logits.Replace(c, column);
        used[c] += Math.Abs(value) - Math.Abs(layer.Values[index]);
        layer.Set(index, value);
    }

    // Writes the logits of the weight's class into the column and, where wanted, its products; gives the class.
    private int Changed(TernaryLayer layer, int index, sbyte value, double[]? products)
    {
        var c = index / layer.PerChannel;
        var scale = layer.Scales[c];
        var change = (double)scale * (value - layer.Values[index]);
        var n = used[c] + Math.Abs(value) - Math.Abs(layer.Values[index]);
        var (h, before) = (features[index % layer.PerChannel], this.products[c]);
        for (var b = 0; b < column.Length; b++)
        {
            var product = before[b] + (change * h[b]);
            column[b] = Logit(c, product, n, scale);
            if (products is not null)
            {
                products[b] = product;
            }
        }

        return c;
    }

    // A row of zeros has no direction: a cosine head gives its bias.
    private double Logit(int c, double product, int n, double scale) =>
        biases[c]
        + (
            !isCosine ? product
            : n == 0 || scale == 0 ? 0
            : CosineHead.Scale * product / (scale * Math.Sqrt(n))
        );
}
