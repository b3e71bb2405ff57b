using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MLNet.Procrustean.Persistence;

/// <summary>Lists as JSON, by generated code: programs may have turned off the serialization that uses reflection.</summary>
[JsonSerializable(typeof(ImmutableArray<float>), TypeInfoPropertyName = "Numbers")]
[JsonSerializable(typeof(ImmutableArray<long>), TypeInfoPropertyName = "Counts")]
[JsonSerializable(typeof(ImmutableArray<string>), TypeInfoPropertyName = "Texts")]
internal sealed partial class ListsJson : JsonSerializerContext;
