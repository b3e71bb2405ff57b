using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class ResNetTests
{
    [TestCase(18, 11_689_512)]
    [TestCase(34, 21_797_672)]
    [TestCase(50, 25_557_032)]
    public void Build_ThousandClasses_HasThePapersParameters(int depth, long expected)
    {
        using var network = new ResNet { Depth = depth }.Build(channels: 3, classes: 1000, seed: 1);
        Assert.That(network.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(expected));
    }

    [Test]
    public void Build_VariantD_HasThePublishedParameters()
    {
        using var network = new ResNet { Depth = 50, Variant = ResNetVariant.D }.Build(channels: 3, classes: 1000, seed: 1);
        Assert.That(network.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(25_576_264));
    }

    [TestCase(18, 3, 32)]
    [TestCase(18, 1, 75)] // with odd sides where shortcuts pool
    [TestCase(50, 3, 64)]
    public void Forward_VariantD_GivesLogits(int depth, int channels, int size)
    {
        using var scope = NewDisposeScope();
        using var network = new ResNet { Depth = depth, Variant = ResNetVariant.D }.Build(channels, classes: 5, seed: 1);
        var logits = network.forward(rand(2, channels, size, size).to(bfloat16));
        logits.sum().backward();
        Assert.That(logits.shape, Is.EqualTo(new long[] { 2, 5 }));
        Assert.That(network.parameters().Select(parameter => parameter.grad is null), Has.None.True);
    }

    [TestCase(18, "layer4.1.bn2.weight", "layer2.0.downsample.0.weight", "layer1.0.downsample.0.weight")]
    [TestCase(50, "layer3.5.conv3.weight", "layer1.0.downsample.1.running_mean", "layer1.1.downsample.0.weight")]
    public void Build_Depth_ProjectsWhereTheShapeChanges(int depth, string block, string projection, string missing)
    {
        using var network = new ResNet { Depth = depth }.Build(channels: 3, classes: 2, seed: 1);
        var names = network.state_dict().Keys.ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(names, Does.Contain("stem.conv1.weight"));
            Assert.That(names, Does.Contain(block));
            Assert.That(names, Does.Contain(projection));
            Assert.That(names, Does.Not.Contain(missing));
        }
    }

    [TestCase(18, 1, 32)]
    [TestCase(18, 3, 64)]
    [TestCase(50, 3, 32)] // with a convolution's own stride in the shortcut this ends the process on some processors
    [TestCase(50, 3, 64)]
    public void Forward_ChannelsAndSizes_GivesLogits(int depth, int channels, int size)
    {
        using var scope = NewDisposeScope();
        using var network = new ResNet { Depth = depth }.Build(channels, classes: 5, seed: 1);
        Assert.That(network.forward(rand(2, channels, size, size)).shape, Is.EqualTo(new long[] { 2, 5 }));
    }

    [Test]
    public void Constructor_UnknownDepth_SaysWhatIsAllowed() =>
        Assert.That(
            () => new ResNet { Depth = 101 },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Depth is 101; it must be one of 18, 34, 50")
        );

    [Test]
    public void Build_OtherBlocks_HasThemInTheirStages()
    {
        using var network = new ResNet { Depth = 18, Blocks = (1, 2, 3, 4) }.Build(channels: 3, classes: 2, seed: 1);
        Assert.That(network.Stages.Select(stage => stage.children().Count()), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [TestCase(18, 2, 2, 2, 2, true)]
    [TestCase(34, 3, 4, 6, 3, true)]
    [TestCase(18, 2, 2, 2, 3, false)]
    public void Equals_BlocksThatTheDepthSays_AreTheDefault(int depth, int first, int second, int third, int fourth, bool expected)
    {
        var (stated, left) = (new ResNet { Depth = depth, Blocks = (first, second, third, fourth) }, new ResNet { Depth = depth });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stated.Equals(left), Is.EqualTo(expected));
            Assert.That(stated.Name == $"resnet-{depth}", Is.EqualTo(expected));
            Assert.That(stated.GetHashCode() == left.GetHashCode(), Is.EqualTo(expected));
        }
    }

    [TestCase(0)]
    [TestCase(51)]
    public void Blocks_OutOfRange_SaysWhatIsAllowed(int blocks) =>
        Assert.That(
            () => new ResNet { Blocks = (2, 2, blocks, 2) },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"Blocks is {blocks}; it must be from 1 to 50")
        );
}
