namespace MLNet.Procrustean.Tests.Networks;

public sealed class BackboneTests
{
    private static IEnumerable<Backbone> All =>
        [
            .. from depth in CifarResNet.Depths from width in new[] { 4, 16, 256 } select new CifarResNet { Depth = depth, Width = width },
            .. ResNet.Depths.Select(depth => new ResNet { Depth = depth }),
            new ResNet { Blocks = (2, 2, 2, 3) },
            new ResNet { Depth = 50, Blocks = (1, 50, 3, 2) },
            new ResNet { Depth = 50, Variant = ResNetVariant.D },
            new ResNet { Variant = ResNetVariant.D, Blocks = (2, 2, 2, 3) },
            new MobileNetV3(),
            .. new[] { 16, 28, 128 }.Select(size => new LeNet { ImageSize = size }),
        ];

    [TestCaseSource(nameof(All))]
    public void Parse_NameOfABackbone_GivesItBack(Backbone backbone) => Assert.That(Backbone.Parse(backbone.Name), Is.EqualTo(backbone));

    [Test]
    public void Name_Backbones_AreAllDifferent() => Assert.That(All.Select(backbone => backbone.Name), Is.Unique);

    [Test]
    public void Parse_NoWidth_GivesTheDefaultOne() =>
        Assert.That(Backbone.Parse("cifar-resnet-32"), Is.EqualTo(new CifarResNet { Depth = 32, Width = 16 }));

    [TestCase("")]
    [TestCase("vgg-16")]
    [TestCase("cifar-resnet")]
    [TestCase("cifar-resnet-8-16")]
    [TestCase("cifar-resnet-8-w16-x")]
    [TestCase("resnet-18-w16")]
    [TestCase("cifar-resnet-9")]
    [TestCase("cifar-resnet-8-w2")]
    [TestCase("cifar-resnet-8-w17")]
    [TestCase("cifar-resnet-8-w")]
    [TestCase("cifar-resnet-99999999999")]
    [TestCase("resnet-19")]
    [TestCase("resnet--18")]
    [TestCase("resnet-+18")]
    [TestCase("ResNet-18")]
    [TestCase("resnet-18-2-2-2")]
    [TestCase("resnet-18-2-2-2-2-2")]
    [TestCase("resnet-18-2-2-2-0")]
    [TestCase("resnet-18-2-51-2-2")]
    [TestCase("resnet-18-2-2-w2-2")]
    [TestCase("resnet-d")]
    [TestCase("resnet-18dd")]
    [TestCase("cifar-resnet-20d")]
    [TestCase("lenet")]
    [TestCase("lenet-30")]
    [TestCase("lenet-132")]
    [TestCase("mobilenet-v3")]
    [TestCase("mobilenet-v3-large")]
    public void Parse_NoSuchBackbone_NamesItAndSaysWhatThereIs(string name) =>
        Assert.That(
            () => Backbone.Parse(name),
            Throws
                .InstanceOf<FormatException>()
                .With.Message.StartsWith($"There is no backbone '{name}'. The names are")
                .And.Message.Contains(
                    "'cifar-resnet-D' with D one of 8, 14, 20, 32, 44, 56, 'cifar-resnet-D-wW' with W its width, even and from 4 to 256"
                )
                .And.Message.Contains("'lenet-S' with S the side of its images, a multiple of 4 from 16 to 128")
                .And.Message.Contains("'mobilenet-v3-small', 'resnet-D' with D one of 18, 34, 50, 'resnet-Dd' for its variant")
                .And.Message.EndsWith("'resnet-D-B-B-B-B' with the blocks B of each stage, from 1 to 50.")
                .And.Message.Not.Contains("\n")
        );

    [Test]
    public void Parse_Null_Refuses() => Assert.That(() => Backbone.Parse(null!), Throws.ArgumentNullException);

    [TestCase("cifar-resnet-8-w4", 3, 2)]
    [TestCase("cifar-resnet-20-w6", 1, 10)]
    [TestCase("cifar-resnet-56-w8", 3, 5)]
    [TestCase("resnet-18", 3, 7)]
    [TestCase("resnet-34", 1, 3)]
    [TestCase("resnet-50", 3, 1000)]
    [TestCase("resnet-18-2-2-2-3", 3, 2)]
    [TestCase("resnet-50d", 1, 3)]
    [TestCase("mobilenet-v3-small", 1, 4)]
    [TestCase("lenet-32", 3, 4)]
    public void CountWeights_ANetwork_AreThoseOfTheOneBuilt(string name, int channels, int classes)
    {
        var backbone = Backbone.Parse(name);
        using var network = backbone.Build(channels, classes, seed: 1);
        Assert.That(backbone.CountWeights(channels, classes), Is.EqualTo(network.parameters().Sum(parameter => parameter.numel())));
    }

    [Test]
    public void ToString_ResNetOfNoOtherBlocksAndVariant_IsThatOfEarlierCheckpoints()
    {
        const string Earlier = "ResNet { Name = resnet-34, SmallestImage = 32, LargestImage = 1024, ResidualStages = 4, Depth = 34 }";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new ResNet { Depth = 34 }.ToString(), Is.EqualTo(Earlier));
            Assert.That(new ResNet { Blocks = (1, 1, 1, 2) }.ToString(), Does.Contain("Blocks = (1, 1, 1, 2)"));
            Assert.That(new ResNet { Variant = ResNetVariant.D }.ToString(), Does.Contain("Variant = D"));
        }
    }
}
