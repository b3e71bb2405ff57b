using System.Text.Json.Serialization;

namespace Serve;

/// <summary>What the server answers about an image.</summary>
/// <param name="Class">The most probable class.</param>
/// <param name="Probabilities">Of each class, by its name.</param>
internal sealed record Classification(string Class, IReadOnlyDictionary<string, float> Probabilities)
{
    public static Classification Of(IReadOnlyList<string> classes, float[] scores) =>
        new(classes[Array.IndexOf(scores, scores.Max())], classes.Zip(scores).ToDictionary(pair => pair.First, pair => pair.Second));
}

/// <summary>The answer as JSON; the code is generated: the programs here turn off the serialization that uses reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Classification))]
internal sealed partial class ClassificationJson : JsonSerializerContext;
