using System.Diagnostics;
using System.Globalization;
using MLNet.Procrustean.Corrections.Ternary;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

/// <summary>
/// A dense network of 4, 16, 16 and 3 units: the four lengths of a flower, in millimetres, are the quarters of a grey image of the smallest
/// size, which the stem only scales and takes the mean of.
/// </summary>
internal sealed class IrisNetwork : IDisposable
{
    private const int Side = 8;
    private const int Units = 16;
    private static readonly Preprocessing Preprocessing = new(new() { Size = Side, Channels = 1 }, [35], [20]);
    private readonly StagedNetwork network;
    private readonly LabelledImages train;

    public IrisNetwork(int seed, IReadOnlyList<Row> rows)
    {
        var convolution = new Convolution(1, 1, 1);
        network = new(
            new Stem(convolution, new BatchNormalisation(convolution), static x => x, nn.AvgPool2d(Side / 2)),
            [nn.Sequential(("flat", nn.Flatten()), ("0", new FullyConnected(4, Units)), ("1", nn.ReLU())), Dense(Units)],
            nn.Identity(),
            Head.Of(ClassifierHead.Linear, Units, 3, null)
        );
        WeightInitialisation.Apply(network, seed);
        train = Images(rows);
    }

    /// <summary>The flowers of the UCI repository's file.</summary>
    public static IReadOnlyList<Row> Read(string path)
    {
        string[] names = ["Iris-setosa", "Iris-versicolor", "Iris-virginica"];
        return
        [
            .. File.ReadLines(path)
                .Select(line => line.Split(','))
                .Where(cells => cells.Length == 5)
                .Select(cells => new Row(
                    [.. cells[..4].Select(cell => (byte)Math.Round(10 * double.Parse(cell, CultureInfo.InvariantCulture)))],
                    Array.IndexOf(names, cells[4])
                )),
        ];
    }

    /// <summary>Adam on all rows at once.</summary>
    public void Train(int epochs)
    {
        using var optimizer = optim.Adam(network.parameters(), 0.01);
        network.train();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(network.call(Normalised(train)), train.Labels).backward();
            optimizer.step();
        }
    }

    /// <summary>The errors of the network as it is.</summary>
    public Measures Measure(IReadOnlyList<Row> held, int bytesPerWeight, TimeSpan time)
    {
        network.eval();
        using var validation = Images(held);
        var bytes = TernaryPart.Of(network, TernaryLayers.All).Sum(part => part.Weights.Sum(weight => weight.numel()));
        return new(Error(train), Error(validation), bytesPerWeight * bytes, time.TotalSeconds);
    }

    /// <summary>Searches, measures, and then gives the network its weights back.</summary>
    public Measures Ternary(TernaryOptions options, IReadOnlyList<Row> held)
    {
        using var noGradient = no_grad();
        network.eval();
        using var scope = NewDisposeScope();
        var kept = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        var clock = Stopwatch.StartNew();
        using var inputs = new NetworkInputs(network, Preprocessing, train, CPU, headOnly: false);
        using var search = new TernarySearch(options, network, inputs, validation: null);
        var report = search.Run();
        var measured = Measure(held, 0, clock.Elapsed) with { Bytes = report.PackedBytes };
        foreach (var (name, weight) in network.state_dict())
        {
            weight.copy_(kept[name]);
        }

        return measured;
    }

    public void Dispose()
    {
        network.Dispose();
        train.Dispose();
    }

    private static TorchSharp.Modules.Sequential Dense(int input) =>
        nn.Sequential(("0", new FullyConnected(input, Units)), ("1", nn.ReLU()));

    private static LabelledImages Images(IReadOnlyList<Row> rows) =>
        new(
            tensor(rows.SelectMany(Pixels).ToArray()).reshape(rows.Count, Side, Side, 1).DetachFromDisposeScope(),
            tensor(rows.Select(row => (long)row.Species).ToArray()).DetachFromDisposeScope()
        );

    private static IEnumerable<byte> Pixels(Row row) =>
        Enumerable.Range(0, Side * Side).Select(pixel => row.Millimetres[(2 * (pixel / Side / (Side / 2))) + (pixel % Side / (Side / 2))]);

    private static Tensor Normalised(LabelledImages images) => Preprocessing.Normalise(images.Pixels.Narrow(0, images.Count));

    private double Error(LabelledImages images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return network.call(Normalised(images)).argmax(1).ne(images.Labels).to(float64).mean().item<double>();
    }

    /// <summary>A flower.</summary>
    public sealed record Row(byte[] Millimetres, int Species);
}
