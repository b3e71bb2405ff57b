using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.NasBert;
using static TorchSharp.torch;

namespace MLNet.Procrustean.BesideTorchSharp;

/// <summary>Parts of Microsoft.ML.TorchSharp; all are internal except its trainers.</summary>
internal static class TheirModels
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private const int PadIndex = 1; // in their vocabulary
    private const int Words = 50265;
    private static readonly Assembly Theirs = typeof(TextClassificationTrainer).Assembly;

    /// <summary>Features of a sentence of five words, one row of four numbers for each word, by an encoder of random weights.</summary>
    public static Tensor Encode()
    {
        using var scope = NewDisposeScope();
        int[] layersAndHeads = [1, 2];
        long[] sizes = [11, 4, 4, 4, 8, 16, 2]; // vocabulary, embedding, hidden, output, feed forward, positions, types of token
        double[] rates = [1e-12, 0, 0, 0, 0]; // the epsilon of the normalisation, and the dropout rates
        object[] arguments = [.. layersAndHeads.Cast<object>(), .. sizes.Cast<object>(), .. rates.Cast<object>()];
        using var encoder = Module("Roberta.Models.RobertaEncoder", arguments);
        var words = tensor(new long[] { 0, 7, 3, 5, 2 }).unsqueeze(0);
        var features = Call(encoder, words, arange(5, int64).unsqueeze(0), zeros_like(words), zeros(1, 1, 1, 5));
        return features.MoveToOuterDisposeScope();
    }

    /// <summary>What their modules call for a weight when they are created.</summary>
    public static void InitialiseWithZeros(Tensor weight) =>
        Type("Utils.ModelUtils").GetMethod("InitZeros", Members)!.Invoke(null, [weight]);

    /// <summary>Classifies two rows of features by a head of random weights.</summary>
    public static Tensor Classify(string head)
    {
        using var scope = NewDisposeScope();
        using var module = Module($"NasBert.Models.{head}", 4, 2, 0.0);
        return Call(module, rand(2, 3, 4)).MoveToOuterDisposeScope();
    }

    /// <summary>The models of the text trainers, and the types of their members.</summary>
    public static Dictionary<string, string[]> Models() =>
        Theirs
            .GetTypes()
            .Where(type => !type.IsAbstract && type.IsSubclassOf(Type("NasBert.Models.BaseModel")))
            .ToDictionary(type => type.Name, type => type.GetFields(Members).Select(field => field.FieldType.Name).ToArray());

    public static SchemaShape SchemaOf(IEstimator<ITransformer> estimator, IDataView data) =>
        estimator.GetOutputSchema((SchemaShape)typeof(SchemaShape).GetMethod("Create", Members)!.Invoke(null, [data.Schema])!);

    public static TextClassificationTrainer TextClassification(MLContext ml) =>
        ml.MulticlassClassification.Trainers.TextClassification(sentence1ColumnName: nameof(Sentence.Text), maxEpochs: 1);

    public static IDataView Sentences(MLContext ml)
    {
        var rows = ml.Data.LoadFromEnumerable([new Sentence("good", "a fine day"), new Sentence("bad", "rain again")]);
        return ml.Transforms.Conversion.MapValueToKey(nameof(Sentence.Label)).Fit(rows).Transform(rows);
    }

    /// <summary>Puts random weights where the trainer would otherwise download pretrained ones to.</summary>
    public static void SaveWeights(TextClassificationTrainer trainer, string temporaryFolder)
    {
        var options = trainer.GetType().BaseType!.GetField("BertOptions", Members)!.GetValue(trainer)!;
        using var model = Module("NasBert.Models.ModelForPrediction", options, PadIndex, Words, 2);
        var encoder = (nn.Module)model.GetType().GetMethod("GetEncoder", Members)!.Invoke(model, null)!;
        var folder = Directory.CreateDirectory(Path.Combine(temporaryFolder, "mlnet")).FullName;
        encoder.save(Path.Combine(folder, "NasBert2000000.tsm"));
    }

    private static Tensor Call(nn.Module module, params object[] inputs)
    {
        const BindingFlags Invoke = Members | BindingFlags.InvokeMethod | BindingFlags.DoNotWrapExceptions;
        return (Tensor)module.GetType().InvokeMember("call", Invoke, null, module, inputs, CultureInfo.InvariantCulture)!;
    }

    private static nn.Module Module(string type, params object[] arguments) =>
        (nn.Module)Activator.CreateInstance(Type(type), Members, null, arguments, null)!;

    private static Type Type(string name) => Theirs.GetType($"Microsoft.ML.TorchSharp.{name}", throwOnError: true)!;

    internal sealed record Sentence(string Label, string Text);
}
