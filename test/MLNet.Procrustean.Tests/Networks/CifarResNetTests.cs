using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class CifarResNetTests
{
    [TestCase(10, 464_154)]
    [TestCase(100, 470_004)]
    public void Build_Depth32_HasThePapersParameters(int classes, long expected)
    {
        using var network = new CifarResNet { Depth = 32 }.Build(channels: 3, classes, seed: 1);
        Assert.That(network.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(expected));
    }

    [TestCase(8, 1)]
    [TestCase(14, 2)]
    [TestCase(56, 9)]
    public void Build_Depth_HasThatManyLayersWithWeights(int depth, int blocksPerStage)
    {
        using var network = new CifarResNet { Depth = depth, Width = 4 }.Build(channels: 3, classes: 2, seed: 1);
        var names = network.state_dict().Keys.ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(names.Count(name => name.Contains("conv") || name == "fc.weight"), Is.EqualTo(depth));
            Assert.That(names, Does.Contain($"layer3.{blocksPerStage - 1}.conv2.weight"));
            Assert.That(names, Does.Not.Contain($"layer3.{blocksPerStage}.conv2.weight"));
        }
    }

    [Test]
    public void Build_Depth8_NamesItsWeights()
    {
        string[] normalisation = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
        string[] Layer(string convolution, string bn) => [$"{convolution}.weight", .. normalisation.Select(part => $"{bn}.{part}")];
        string[] expected =
        [
            .. Layer("stem.conv1", "stem.bn1"),
            .. from stage in new[] { 1, 2, 3 }
            from i in new[] { 1, 2 }
            from name in Layer($"layer{stage}.0.conv{i}", $"layer{stage}.0.bn{i}")
            select name,
            "fc.weight",
            "fc.bias",
        ];
        using var network = new CifarResNet { Depth = 8 }.Build(channels: 3, classes: 10, seed: 1);
        Assert.That(network.state_dict().Keys, Is.EquivalentTo(expected));
    }

    [Test]
    public void Forward_ChannelsAndSizes_GivesLogits([Values(1, 3)] int channels, [Values(16, 17, 32, 64)] int size)
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels, classes: 5, seed: 1);
        Assert.That(network.forward(rand(2, channels, size, size)).shape, Is.EqualTo(new long[] { 2, 5 }));
    }

    [Test]
    public void Stages_Width4_DoubleTheChannelsAndHalveTheSide()
    {
        using var scope = NewDisposeScope();
        using var network = new CifarResNet { Depth = 8, Width = 4 }.Build(channels: 3, classes: 5, seed: 1);
        var h = rand(2, 3, 16, 16);
        var shapes = new List<long[]>();
        foreach (var stage in network.children().Cast<nn.Module<Tensor, Tensor>>())
        {
            h = stage.call(h);
            shapes.Add(h.shape);
        }

        Assert.That(shapes, Is.EqualTo(new long[][] { [2, 4, 16, 16], [2, 4, 16, 16], [2, 8, 8, 8], [2, 16, 4, 4], [2, 16], [2, 5] }));
    }

    [TestCase(9, 16, "Depth is 9; it must be one of 8, 14, 20, 32, 44, 56")]
    [TestCase(8, 3, "Width is 3; it must be from 4 to 256")]
    [TestCase(8, 258, "Width is 258; it must be from 4 to 256")]
    [TestCase(8, 5, "Width is 5; it must be even")]
    public void Constructor_OutOfRange_SaysWhatIsAllowed(int depth, int width, string message) =>
        Assert.That(
            () => new CifarResNet { Depth = depth, Width = width },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message)
        );
}
