using Microsoft.ML;
using MLNet.Procrustean.Corrections.Ternary;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Ternary weights for a model that is trained already, found by coordinate search.</summary>
public static class TernaryWeights
{
    /// <summary>A copy of the model with weights of −a, 0 and a, which take two bits each in a file.</summary>
    /// <remarks>
    /// <para>
    /// Date, Carothers, Mitchell, Hendler, Magdon-Ismail, "Training Deep Neural Networks with Constrained Learning Parameters", 2020,
    /// https://arxiv.org/abs/2009.00540: coordinate descent over weights that have three values, without derivatives. So it makes smaller
    /// what no gradient can, 1 − macro accuracy or 1 − G-mean (<see cref="TernaryOptions.Objective"/>), and on the last layer alone it is a
    /// correction for rare classes. Details that the paper's abstract leaves open are ours:
    /// </para>
    /// <para>
    /// It begins with w_i = a · t_i: within each output channel, t_i = sign(w_i) where |w_i| &gt; 0.7 · mean |w| and else 0, and a is the
    /// mean |w_i| of those that are not 0. In random order within a part of the network, from the last part to the first, both other values
    /// of each t_i are tried on a batch of the images, and the better one is kept if the objective falls. After
    /// <see cref="TernaryOptions.RedrawInterval"/> weights another batch is drawn, and the objective computed again. The search stops
    /// after a sweep without a change, or when the macro accuracy of the validation images rises no more, and the weights are those of the
    /// sweep with the best one. Every objective counts each class alike. Each a, the biases and batch normalisation stay as they are.
    /// </para>
    /// <para>
    /// In the last layer, a trial takes as long as a look at each image of the batch, and a search some seconds. In a stage it takes a
    /// forward pass from that stage on, twice for each weight: minutes for small networks, hours for large ones
    /// (<see cref="TernaryOptions.MaxTime"/>). The same seed gives the same bits on the same processor with the same number of threads.
    /// </para>
    /// <para>
    /// Images are read as <see cref="ImageClassifierModel.Diagnose"/> reads them, and images that cannot be read are left out or refused by
    /// <see cref="ImageClassifierModel.BadImages"/>. The search does not average mirror images
    /// (<see cref="ImageClassifierOptions.AverageFlips"/>). The model saves packed, and loads, scores and exports to ONNX like any other;
    /// an ONNX file has the weights in full. A later <see cref="PostHocLogitAdjustment"/> or <see cref="TauNormalisation"/> keeps them
    /// ternary, training does not.
    /// </para>
    /// </remarks>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="images">Images with labels, as a rule those that the model was trained on.</param>
    /// <param name="options">How to search; null for the defaults.</param>
    /// <returns>The model and a report. The model holds native memory of its own: dispose it when done.</returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another type, a row has no label or one that is not one of the classes, there is no image, or a class has
    /// one image only, of which no share can be held out.
    /// </exception>
    /// <exception cref="ImageException">
    /// An image cannot be read, and <see cref="ImageClassifierModel.BadImages"/> is to refuse.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The decoded images would not fit in memory, or the data changed while it was read.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <see cref="TernaryOptions.Cancellation"/> asked to stop, and <see cref="TernaryOptions.OnCancel"/> is to throw or there were no
    /// weights yet.
    /// </exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static TernaryResult TernariseWeights(this ImageClassifierModel model, IDataView images, TernaryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        var given = options ?? new();
        TernaryReport? report = null;
        var searched = model.WithNetwork(
            (network, classifier, device) =>
            {
                using var read = Read(model, classifier, images, given);
                report = Search(network, classifier, read, device, given);
            }
        );
        return new(searched, report!);
    }

    private static TernaryReport Search(
        StagedNetwork network,
        TrainedClassifier classifier,
        TrainingImages read,
        Device device,
        TernaryOptions options
    )
    {
        NetworkInputs Inputs(LabelledImages images) =>
            new(network, classifier.Preprocessing, images, device, options.Layers == TernaryLayers.LastLayer, options.Cancellation);
        using var inputs = Inputs(read.Train);
        using var validation = read.Validation is { } images ? Inputs(images) : null;
        using var search = new TernarySearch(options, network, inputs, validation);
        return search.Run();
    }

    private static TrainingImages Read(ImageClassifierModel model, TrainedClassifier classifier, IDataView data, TernaryOptions options)
    {
        var images = Images(model, classifier, data, options, nameof(data));
        if (options.ValidationSet is null)
        {
            return options.ValidationSetFraction > 0
                ? TrainingImages.Split(images, classifier.Labels, options.ValidationSetFraction, options.Seed)
                : new(images, null);
        }

        try
        {
            return new(images, Images(model, classifier, options.ValidationSet, options, nameof(options)));
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private static LabelledImages Images(
        ImageClassifierModel model,
        TrainedClassifier classifier,
        IDataView data,
        TernaryOptions options,
        string name
    )
    {
        using var scope = NewDisposeScope();
        var shape = classifier.Preprocessing.Shape;
        var sample = ImageSample.Draw(data, options.LabelColumnName, classifier.Labels.Names, options.ImagesPerClass, options.Seed);
        ImageMemory.Check(sample.Count, shape, $"Use a smaller {nameof(options.ImagesPerClass)} or more memory.");
        var pixels = empty([sample.Count, shape.Size, shape.Size, shape.Channels], uint8);
        var labels = new List<Tensor>();
        var count = 0L;
        foreach (var part in sample.Parts(model.Columns.Image, shape, model.Unread))
        {
            options.Cancellation.ThrowIfCancellationRequested();
            using (part.Pixels)
            {
                using var decoded = part.Pixels.Narrow(0, part.Count);
                pixels.narrow(0, count, part.Count).copy_(decoded);
            }

            labels.Add(part.Labels);
            count += part.Count;
        }

        return count > 0
            ? new(pixels.narrow(0, 0, count).DetachFromDisposeScope(), cat(labels).DetachFromDisposeScope())
            : throw new ArgumentException("There is no image to search on, or none that can be read.", name);
    }
}
