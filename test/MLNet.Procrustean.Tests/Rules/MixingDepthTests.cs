using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Rules;

public sealed class MixingDepthTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    public void Draw_OneStage_IsAlwaysThatStage(int stage)
    {
        Assert.That(Draws(MixingDepth.BeforeStage(stage), residualStages: 3, draws: 20), Is.All.EqualTo(stage));
    }

    [TestCase(3)]
    [TestCase(4)]
    public void Draw_PooledFeatures_IsTheHeadsStage(int residualStages) =>
        Assert.That(Draws(MixingDepth.PooledFeatures, residualStages, draws: 5), Is.All.EqualTo(residualStages + 1));

    // 600 draws: five standard deviations are 5 · sqrt(600 · p · (1 − p)), 58 for three stages and 53 for four.
    [TestCase(3)]
    [TestCase(4)]
    public void Draw_AnyStage_CoversTheResidualStagesAboutEqually(int residualStages)
    {
        var counts = Draws(MixingDepth.AnyStage, residualStages, draws: 600).CountBy(stage => stage).ToDictionary();
        Assert.That(counts.Keys, Is.EquivalentTo(Enumerable.Range(1, residualStages)));
        Assert.That(counts.Values, Is.All.EqualTo(600 / residualStages).Within(58));
    }

    [Test]
    public void PooledFeatures_OfANetwork_AreMixedBeforeItsHead()
    {
        using var scope = NewDisposeScope();
        foreach (
            var backbone in new Backbone[]
            {
                new CifarResNet { Depth = 8, Width = 4 },
                new ResNet(),
            }
        )
        {
            using var network = backbone.Build(channels: 3, classes: 2, seed: 1);
            using var random = new Generator(1);
            var stage = MixingDepth.PooledFeatures.Draw(backbone.ResidualStages, random);
            var mixed = new List<Tensor>();
            network.Forward(rand(2, 3, 32, 32), (k, h) =>
            {
                mixed.AddRange(k == stage ? [h] : []);
                return h;
            });
            Assert.That(mixed.Single().shape, Is.EqualTo(new[] { 2, network.Head.Weight.shape[1] }));
        }
    }

    [Test]
    public void Check_StageTheBackboneLacks_NamesBoth() =>
        Assert.That(
            () => MixingDepth.BeforeStage(4).Check(new CifarResNet { Depth = 8 }),
            Throws.ArgumentException.With.Message.Contains("before stage 4: the backbone cifar-resnet-8-w16 has stages 1 to 3")
        );

    [Test]
    public void Check_DepthsTheBackboneHas_AcceptsThem()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => MixingDepth.BeforeStage(4).Check(new ResNet()), Throws.Nothing);
            Assert.That(() => MixingDepth.BeforeStage(3).Check(new CifarResNet()), Throws.Nothing);
            Assert.That(() => MixingDepth.Input.Check(new CifarResNet()), Throws.Nothing);
            Assert.That(() => MixingDepth.PooledFeatures.Check(new CifarResNet()), Throws.Nothing);
            Assert.That(() => MixingDepth.AnyStage.Check(new CifarResNet()), Throws.Nothing);
        }
    }

    [Test]
    public void BeforeStage_Negative_Refuses() =>
        Assert.That(
            () => MixingDepth.BeforeStage(-1),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("stage is -1; it must be at least 0")
        );

    [Test]
    public void ToString_EachDepth_SaysWhere()
    {
        MixingDepth[] depths = [default, MixingDepth.Input, MixingDepth.BeforeStage(2), MixingDepth.PooledFeatures, MixingDepth.AnyStage];
        Assert.That(depths.Select(depth => $"{depth}"), Is.EqualTo(new[] { "input", "input", "stage 2", "pooled features", "any stage" }));
    }

    private static List<int> Draws(MixingDepth depth, int residualStages, int draws)
    {
        using var random = new Generator(1);
        return [.. Enumerable.Range(0, draws).Select(_ => depth.Draw(residualStages, random))];
    }
}
