using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>How often scored rows ask their scorer, and for what.</summary>
public sealed class ScorerCallsTests
{
    private const int Images = 70; // two batches
    private readonly MLContext ml = new(seed: 1);

    [TestCase(new[] { "Score" }, false)]
    [TestCase(new[] { "PredictedLabel" }, false)]
    [TestCase(new[] { "Features" }, true)]
    [TestCase(new[] { "Score", "PredictedLabel", "Features" }, true)]
    public void GetRowCursor_AnyColumns_ScoresEachBatchOnceAndFeaturesOnRequest(string[] columns, bool withFeatures)
    {
        using var scorer = new CountedScorer();
        var scored = new ScoredDataView(Rows(scorer), ml.Data.LoadFromEnumerable(DrawnImages.Rows(Images)));
        using var cursor = scored.GetRowCursor(scored.Schema.Where(column => columns.Contains(column.Name)));
        var getters = columns
            .Where(name => name != "PredictedLabel")
            .Select(name => (name, cursor.GetGetter<VBuffer<float>>(scored.Schema[name])))
            .ToList();
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            foreach (var (name, getter) in getters)
            {
                getter(ref value);
                Assert.That(value.DenseValues(), Is.EqualTo(name == "Score" ? [0.25f, 0.75f] : new[] { 3f, 5f, 7f }));
            }
        }

        Assert.That(scorer.Calls, Is.EqualTo(new[] { (64, withFeatures), (6, withFeatures) }));
    }

    [Test]
    public void GetRow_AllColumns_ScoresARowOnce()
    {
        using var scorer = new CountedScorer();
        var input = ml.Data.LoadFromEnumerable(DrawnImages.Rows(2));
        var output = Rows(scorer).SchemaOf(input.Schema);
        using var source = input.GetRowCursor(input.Schema);
        using var row = new ScoringMapper(Rows(scorer), input.Schema, output).GetRow(source, output);
        var (score, label, features) = (
            row.GetGetter<VBuffer<float>>(output["Score"]),
            row.GetGetter<uint>(output["PredictedLabel"]),
            row.GetGetter<VBuffer<float>>(output["Features"])
        );
        VBuffer<float> vector = default;
        uint key = 0;
        while (source.MoveNext())
        {
            features(ref vector);
            Assert.That(vector.DenseValues(), Is.EqualTo(new[] { 3f, 5f, 7f }));
            score(ref vector);
            label(ref key);
            Assert.That(key, Is.EqualTo(2));
        }

        Assert.That(scorer.Calls, Is.EqualTo(new[] { (1, true), (1, true) }));
    }

    private static RowScorer Rows(Scorer scorer) =>
        new(
            scorer,
            new ImageShape { Size = ImageFolders.Side, Channels = 3 },
            new("ImagePath", "Score", "PredictedLabel", "Features"),
            new(["one", "two"], "text"),
            [1, 1],
            FeatureCount: 3,
            new(environment: null)
        );

    private sealed class CountedScorer : Scorer
    {
        private const int Bytes = ImageFolders.Side * ImageFolders.Side * 3;

        public List<(int Images, bool WithFeatures)> Calls { get; } = [];

        public override ScoredImage[] Score(byte[] pixels, bool withFeatures)
        {
            Calls.Add((pixels.Length / Bytes, withFeatures));
            return [.. Enumerable.Repeat(new ScoredImage([0.25f, 0.75f], withFeatures ? [3, 5, 7] : []), pixels.Length / Bytes)];
        }

        public override void Dispose() { }
    }
}
