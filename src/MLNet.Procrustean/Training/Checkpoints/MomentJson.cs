using System.Text.Json.Serialization;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>The state of a training as JSON, by generated code: programs may have turned off the one that uses reflection.</summary>
[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(TrainingMoment))]
internal sealed partial class MomentJson : JsonSerializerContext;
