using System.Collections.Immutable;
using System.Text.Json;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Persistence;

/// <summary>Models that were saved before the code was generated read and write the same texts.</summary>
public sealed class ListsJsonTests
{
    [Test]
    public void Serialize_Lists_GivesTheTextOfReflection()
    {
        ImmutableArray<float> numbers = [0, 1, 0.1f, -1e-20f, 123.456f, float.MaxValue, float.Epsilon];
        ImmutableArray<long> counts = [0, 1, long.MaxValue];
        ImmutableArray<string> texts = ["", "nüt & <bolt>", "\"quoted\"\\\n", "中文", "🙂"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(JsonSerializer.Serialize(numbers, ListsJson.Default.Numbers), Is.EqualTo(JsonSerializer.Serialize(numbers)));
            Assert.That(JsonSerializer.Serialize(counts, ListsJson.Default.Counts), Is.EqualTo(JsonSerializer.Serialize(counts)));
            Assert.That(JsonSerializer.Serialize(texts, ListsJson.Default.Texts), Is.EqualTo(JsonSerializer.Serialize(texts)));
        }
    }
}
