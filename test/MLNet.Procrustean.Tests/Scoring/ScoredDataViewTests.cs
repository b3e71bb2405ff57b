using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

public sealed class ScoredDataViewTests
{
    private const int Rows = 200; // more than three batches of look-ahead
    private readonly MLContext ml = new(seed: 1);
    private TinyModel tiny = null!;
    private IDataView data = null!;
    private IDataView scored = null!;

    [OneTimeSetUp]
    public void MakeRowsOfEveryKind()
    {
        tiny = TinyModel.Shared;
        var rows = Enumerable
            .Range(0, Rows)
            .Select(row => new Row
            {
                ImagePath = tiny.Paths[row * 7 % tiny.Paths.Length],
                Number = row / 3f,
                Vector = [.. Enumerable.Range(0, row % 4).Select(i => (float)(row + i))],
                Fixed = [row, -row],
                Words = [.. Enumerable.Repeat($"word {row}", row % 3)],
                Name = $"row {row}",
                Time = new DateTime(2020, 1, 1).AddHours(row),
                Flag = row % 3 == 0,
                Photo = tiny.Paths[row * 7 % tiny.Paths.Length],
            });
        var source = ml.Data.LoadFromEnumerable(rows);
        data = ml
            .Transforms.Conversion.MapValueToKey("Key", "Name")
            .Append(ml.Transforms.LoadImages("Photo", "", "Photo"))
            .Append(ml.Transforms.ResizeImages("Resized", ImageFolders.Side, ImageFolders.Side, "Photo")) // gives the same objects
            .Fit(source)
            .Transform(source);
        scored = tiny.Classifier.Transform(data);
    }

    [Test]
    public void GetRowCursor_PassedOnColumns_EqualTheSource()
    {
        AssertSame<ReadOnlyMemory<char>>("Name", text => text.ToString());
        AssertSame<ReadOnlyMemory<char>>("ImagePath", text => text.ToString());
        AssertSame<float>("Number", value => value);
        AssertSame<bool>("Flag", value => value);
        AssertSame<DateTime>("Time", value => value);
        AssertSame<uint>("Key", value => value);
        AssertSame<VBuffer<float>>("Vector", value => value.DenseValues().ToArray());
        AssertSame<VBuffer<float>>("Fixed", value => value.DenseValues().ToArray());
        AssertSame<VBuffer<ReadOnlyMemory<char>>>("Words", value => value.DenseValues().Select(text => text.ToString()).ToArray());
        AssertSame<MLImage>("Photo", image => image.Pixels.ToArray());
        AssertSame<MLImage>("Resized", image => image.Pixels.ToArray());
    }

    [Test]
    public void GetRowCursor_RowIdsAndPositions_EqualTheSource()
    {
        using var before = data.GetRowCursor([data.Schema["Number"]]);
        using var after = scored.GetRowCursor(ReadAhead());
        var (idBefore, idAfter) = (before.GetIdGetter(), after.GetIdGetter());
        var rows = 0;
        while (before.MoveNext())
        {
            DataViewRowId expected = default,
                actual = default;
            idBefore(ref expected);
            Assert.That(after.MoveNext(), Is.True);
            idAfter(ref actual);
            Assert.That((after.Position, actual), Is.EqualTo((before.Position, expected)));
            rows++;
        }

        Assert.That(after.MoveNext(), Is.False);
        Assert.That(after.MoveNext(), Is.False, "and again");
        Assert.That((rows, after.Position), Is.EqualTo((Rows, -1L)));
    }

    [Test]
    public void GetRowCursor_InBatches_ScoresAsRowByRow()
    {
        // The engine would dispose the shared model with itself, and holds nothing else.
        var engine = ml.Model.CreatePredictionEngine<Row, Labelled>(tiny.Classifier);
        var batched = TinyModel.Scores(scored);
        var labels = scored.GetColumn<uint>("PredictedLabel").ToArray();
        var paths = scored.GetColumn<string>("ImagePath").ToArray();

        for (var row = 0; row < Rows; row++)
        {
            var single = engine.Predict(new() { ImagePath = paths[row] });
            Assert.That(
                batched[row],
                Is.EqualTo(single.Score).Within(1e-5f),
                "kernels for many images may round otherwise than those for one"
            );
            Assert.That(labels[row], Is.EqualTo(single.PredictedLabel));
            Assert.That(batched[row].Sum(), Is.EqualTo(1).Within(1e-5));
        }
    }

    [Test]
    public void GetRowCursor_ScoreNotAskedFor_ReadsNoImage()
    {
        var broken = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(row => new Row { ImagePath = "nowhere.png", Number = row }));
        var view = tiny.Classifier.Transform(broken);

        using var cursor = view.GetRowCursor([view.Schema["Number"]]);

        Assert.That(view.Schema.Where(cursor.IsColumnActive).Select(column => column.Name), Is.EqualTo(new[] { "Number" }));
        Assert.That(cursor.MoveNext(), Is.True);
        Assert.That(
            () => cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]),
            Throws.ArgumentException.With.Message.Contains("'Score'")
        );
        Assert.That(
            () => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["ImagePath"]),
            Throws.ArgumentException.With.Message.Contains("'ImagePath'")
        );
    }

    [Test]
    public void GetRowCursor_WrongType_IsRefused()
    {
        using var cursor = scored.GetRowCursor(scored.Schema);

        Assert.That(
            () => cursor.GetGetter<double>(scored.Schema["Score"]),
            Throws.InvalidOperationException.With.Message.Contains("'Score'")
        );
        Assert.That(
            () => cursor.GetGetter<double>(scored.Schema["Number"]),
            Throws.InvalidOperationException.With.Message.Contains("Double")
        );
    }

    [Test]
    public void GetRowCursor_BeforeTheFirstRow_SaysSo()
    {
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        var getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        VBuffer<float> value = default;

        Assert.That(() => getter(ref value), Throws.InvalidOperationException.With.Message.Contains("MoveNext"));
    }

    [Test]
    public void GetRowCursorSet_Several_GiveEachRowOnce()
    {
        var cursors = scored.GetRowCursorSet(scored.Schema, 3);
        var rows = 0;
        foreach (var cursor in cursors)
        {
            using (cursor)
            {
                while (cursor.MoveNext())
                {
                    rows++;
                }
            }
        }

        Assert.That(rows, Is.EqualTo(Rows));
        Assert.That(scored.GetRowCount(), Is.EqualTo(data.GetRowCount()));
    }

    [Test]
    public void Preview_OfScoredData_ShowsAllColumns()
    {
        var preview = scored.Preview(maxRows: 70);

        Assert.That(preview.RowView, Has.Length.EqualTo(70));
        Assert.That(preview.Schema.Select(column => column.Name), Is.SupersetOf(new[] { "Photo", "Score", "PredictedLabel" }));
    }

    [Test]
    public void CreateEnumerable_OfScoredData_GivesObjects()
    {
        var rows = ml.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).ToList();

        Assert.That(rows.Select(row => row.Name), Is.EqualTo(Enumerable.Range(0, Rows).Select(row => $"row {row}")));
        Assert.That(rows.Select(row => row.Score), Is.EqualTo(TinyModel.Scores(scored)));
    }

    [Test]
    public void LoadFromBinary_OfSavedScores_KeepsValuesAndAnnotations()
    {
        var small = tiny.Classifier.Transform(tiny.Images);
        using var file = new MemoryStream();
        ml.Data.SaveAsBinary(small, file);
        using var folder = new TemporaryFolder();

        var loaded = ml.Data.LoadFromBinary(folder.Write("scored.idv", file.ToArray()));

        Assert.That(TinyModel.Scores(loaded), Is.EqualTo(tiny.Scores()));
        Assert.That(
            Annotation<ReadOnlyMemory<char>>(loaded, "Score", "SlotNames").Select(name => name.ToString()),
            Is.EqualTo(tiny.Classifier.ClassNames)
        );
        Assert.That(
            Annotation<ReadOnlyMemory<char>>(loaded, "PredictedLabel", "KeyValues").Select(name => name.ToString()),
            Is.EqualTo(tiny.Classifier.ClassNames)
        );
        Assert.That(Annotation<long>(loaded, "Score", "TrainingCounts"), Is.EqualTo(new long[] { 20, 10, 6 }));
    }

    private static T[] Annotation<T>(IDataView view, string column, string name)
    {
        VBuffer<T> values = default;
        view.Schema[column].Annotations.GetValue(name, ref values);
        return [.. values.DenseValues()];
    }

    // Where images are passed on, each row is scored when it is read.
    private IEnumerable<DataViewSchema.Column> ReadAhead() => scored.Schema.Where(column => column.Type.RawType != typeof(MLImage));

    private void AssertSame<T>(string name, Func<T, object> content)
    {
        var (expected, actual) = (Read(data, [data.Schema[name]]), Read(scored, ReadAhead().Append(scored.Schema[name]).Distinct()));
        Assert.That(actual, Has.Count.EqualTo(Rows));
        Assert.That(actual, Is.EqualTo(expected), name);

        List<object> Read(IDataView view, IEnumerable<DataViewSchema.Column> columns)
        {
            using var cursor = view.GetRowCursor(columns);
            var getter = cursor.GetGetter<T>(view.Schema[name]);
            T value = default!;
            var contents = new List<object>();
            while (cursor.MoveNext())
            {
                getter(ref value);
                contents.Add(content(value));
            }

            return contents;
        }
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";

        public float Number { get; set; }

        public float[] Vector { get; set; } = [];

        [VectorType(2)]
        public float[] Fixed { get; set; } = [0, 0];

        public string[] Words { get; set; } = [];

        public string Name { get; set; } = "";

        public DateTime Time { get; set; }

        public bool Flag { get; set; }

        public string Photo { get; set; } = "";
    }

    private sealed class Scored
    {
        public string Name { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class Labelled
    {
        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }
}
