using System.Diagnostics;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Benchmarks.Training;

/// <summary>
/// The fastest known training loop in TorchSharp alone: tensors that are ready, channels last, intermediates freed before the backward
/// pass, and an allocator that keeps blocks.
/// </summary>
internal sealed class BareTraining : IDisposable
{
    private const double LearningRate = 0.01;
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly BareResNet network;
    private readonly optim.Optimizer optimizer;
    private readonly Tensor images;
    private readonly Tensor labels;
    private readonly Sizes sizes;

    public BareTraining(Sizes sizes, bool bfloat16)
    {
        this.sizes = sizes;
        manual_seed(1);
        network = new(sizes.Depth, bfloat16);
        using (no_grad())
        {
            foreach (var weight in network.parameters().Where(parameter => parameter.dim() == 4))
            {
                weight.set_(WeightInitialisation.ChannelsLast(weight));
            }
        }

        optimizer = optim.SGD(network.parameters(), LearningRate, momentum: 0.9, weight_decay: 2e-4);
        images = WeightInitialisation.ChannelsLast(randn(sizes.Batch, 3, sizes.Side, sizes.Side));
        labels = randint(0, 10, [sizes.Batch], ScalarType.Int64);
        network.train();
    }

    public double ImagesPerSecond()
    {
        NativeAllocator.KeepFreedBlocks(); // mallopt, as the library does in Fit
        Train(sizes.WarmUpSteps);
        var clock = Stopwatch.StartNew();
        Train(sizes.Steps);
        return sizes.Steps * sizes.Batch / clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        optimizer.Dispose();
        network.Dispose();
        scope.Dispose();
    }

    private void Train(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            using var stepScope = NewDisposeScope();
            optimizer.zero_grad();
            Loss().backward();
            optimizer.step();
        }
    }

    private Tensor Loss()
    {
        using var forwardScope = NewDisposeScope();
        return nn.functional.cross_entropy(network.call(images), labels).MoveToOuterDisposeScope();
    }
}
