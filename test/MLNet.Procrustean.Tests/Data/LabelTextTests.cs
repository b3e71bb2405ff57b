using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Tests.Data;

public sealed class LabelTextTests
{
    private static readonly MLContext Ml = new();

    [TestCase("Text", "cat", "")]
    [TestCase("Boolean", "True", null)]
    [TestCase("Byte", "200", null)]
    [TestCase("Int64", "-9000000000", null)]
    [TestCase("Single", "1.5", "NaN")]
    [TestCase("Double", "0.1", "NaN")]
    [TestCase("KeyWithoutValues", "3", "4")]
    [SetCulture("de-DE")]
    public void Reader_EachType_GivesInvariantTextAndRefusesMissing(string column, string expected, string? missing)
    {
        var missingRow = new Row
        {
            Text = "",
            Single = float.NaN,
            Double = double.NaN,
            KeyWithoutValues = 4,
        };
        var view = Ml.Data.LoadFromEnumerable<Row>([new(), missingRow]);
        using var cursor = view.GetRowCursor(view.Schema);
        var reader = LabelText.Reader(cursor, LabelText.Find(view.Schema, column));
        cursor.MoveNext();
        Assert.That(reader(), Is.EqualTo(expected));
        cursor.MoveNext();
        Assert.That(() => reader(), missing is null ? Throws.Nothing : Throws.ArgumentException.With.Message.Contains("Row 1 "));
    }

    [Test]
    public void Reader_KeyOfNumbers_GivesTheKeyValues()
    {
        var view = Ml.Data.LoadFromEnumerable<Row>([new(), new() { Single = 2.25f }]);
        var keyed = Ml.Transforms.Conversion.MapValueToKey("Single").Fit(view).Transform(view);
        Assert.That(LabelText.KeyNames(keyed.Schema["Single"]), Is.EqualTo(new[] { "1.5", "2.25" }));
        using var cursor = keyed.GetRowCursor(keyed.Schema);
        var reader = LabelText.Reader(cursor, keyed.Schema["Single"]);
        cursor.MoveNext();
        cursor.MoveNext();
        Assert.That(reader(), Is.EqualTo("2.25"));
    }

    private sealed class Row
    {
        public string Text { get; set; } = "cat";

        public bool Boolean { get; set; } = true;

        public byte Byte { get; set; } = 200;

        public long Int64 { get; set; } = -9_000_000_000;

        public float Single { get; set; } = 1.5f;

        public double Double { get; set; } = 0.1;

        // ML.NET takes the key of an object as a zero-based index, and those beyond the range as missing.
        [KeyType(4)]
        public uint KeyWithoutValues { get; set; } = 3;
    }
}
