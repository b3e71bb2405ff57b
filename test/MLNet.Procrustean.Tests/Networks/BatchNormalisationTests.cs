using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class BatchNormalisationTests
{
    [TestCase(1e-5)]
    [TestCase(1e-3)]
    public void Forward_TrainingThenEvaluation_GivesTheBitsAndTheStateOfTorchSharpsOwn(double epsilon)
    {
        using var scope = NewDisposeScope();
        using var ours = new BatchNormalisation(new Convolution(3, 4, 3), epsilon);
        using var theirs = nn.BatchNorm2d(4, epsilon);
        var images = randn(3, 4, 5, 5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Floats(ours.call(images)), Is.EqualTo(Floats(theirs.call(images))));
            Assert.That(Floats(ours.call(images * 2)), Is.EqualTo(Floats(theirs.call(images * 2))));
            ours.eval();
            theirs.eval();
            Assert.That(Floats(ours.call(images)), Is.EqualTo(Floats(theirs.call(images))));
            Assert.That(State(ours), Is.EqualTo(State(theirs)));
        }
    }

    private static float[] Floats(Tensor values) => values.detach().contiguous().data<float>().ToArray();

    private static string[] State(nn.Module module) =>
        [
            .. module
                .state_dict()
                .OrderBy(pair => pair.Key)
                .Select(pair =>
                    $"{pair.Key} {pair.Value.dtype} [{string.Join(", ", pair.Value.shape)}]: "
                    + string.Join(" ", Floats(pair.Value.to(float32)))
                ),
        ];
}
