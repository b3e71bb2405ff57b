using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Reading;

/// <summary>Images that ML.NET loads: where it cannot, the row is named or skipped, as where this library loads them.</summary>
public sealed class LoadedImagesTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();
    private string[] paths = [];

    [OneTimeSetUp]
    public void WriteImages()
    {
        ImageFolders.Write(folder, ("cat", 4), ("dog", 4));
        paths =
        [
            .. Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
            Path.Combine(folder.Path, "nowhere.png"),
        ];
        (paths[2], paths[^1]) = (paths[^1], paths[2]);
    }

    [OneTimeTearDown]
    public void RemoveImages() => folder.Dispose();

    [Test]
    public void Fit_AFileIsMissing_NamesTheRowOrSkipsIt([Values("Bytes", "Image")] string column)
    {
        var options = TinyModel.Options with { ImageColumnName = column, Epochs = 1 };
        var problem = Assert.Throws<ImageException>(() => TinyModel.Trainer(ml, options).Fit(Data()))!;
        using var model = TinyModel.Trainer(ml, options with { BadImages = BadImages.Skip }).Fit(Data());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problem.Origin, Is.EqualTo($"row 2 (counted from 0), column '{column}'"));
            Assert.That(problem.Message, Does.Contain("cannot be loaded").And.Contain("nowhere.png"));
            Assert.That(model.SkippedImages.Select(one => one.Origin), Is.EqualTo(new[] { problem.Origin }));
        }
    }

    [Test]
    public void Transform_AFileIsMissing_SkipsItAndTellsWhoAsksForTheImage([Values("Bytes", "Image")] string column)
    {
        using var model = TinyModel
            .Trainer(ml, TinyModel.Options with { ImageColumnName = column, Epochs = 1, BadImages = BadImages.Skip })
            .Fit(Data());
        model.BadImages = BadImages.Skip;
        var scored = model.Transform(Data());
        using var cursor = scored.GetRowCursor([scored.Schema["Score"], scored.Schema[column]]);
        var score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        var bytes = column == "Bytes" ? cursor.GetGetter<VBuffer<byte>>(scored.Schema[column]) : null;
        var image = column == "Image" ? cursor.GetGetter<MLImage>(scored.Schema[column]) : null;
        var row = 0;
        using (Assert.EnterMultipleScope())
        {
            for (; cursor.MoveNext(); row++)
            {
                VBuffer<float> scores = default;
                score(ref scores);
                Assert.That(scores.DenseValues().All(float.IsNaN), Is.EqualTo(row == 2), $"row {row}");
                Assert.That(Load, row == 2 ? Throws.TypeOf<FileNotFoundException>() : Throws.Nothing);
            }

            Assert.That(row, Is.EqualTo(paths.Length));
        }

        void Load()
        {
            var (encoded, loaded) = (default(VBuffer<byte>), default(MLImage)!);
            bytes?.Invoke(ref encoded);
            image?.Invoke(ref loaded);
            loaded?.Dispose();
        }
    }

    [Test]
    public void Fit_AFileIsMissingBehindASplit_IsSkippedOnlyWhereItIsLoadedAfterIt(
        [Values("TrainTestSplit", "TakeRows", "ShuffleRows", "Cache")] string split
    )
    {
        var options = TinyModel.Options with { ImageColumnName = "Bytes", Epochs = 1, BadImages = BadImages.Skip };
        var trainer = TinyModel.Trainer(ml, options);
        using var model = trainer.Fit(Loaded(Split(Rows())));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.SkippedImages.Single().Message, Does.Contain("column 'Bytes'").And.Contain("nowhere.png"));
            Assert.That(() => trainer.Fit(Split(Loaded(Rows()))), Refused());
            Assert.That(() => TinyModel.Scores(model.Transform(Split(Loaded(Rows())))), Refused());
        }

        IDataView Split(IDataView data) =>
            split switch
            {
                "TrainTestSplit" => ml.Data.TrainTestSplit(data, 1e-9).TrainSet, // of all rows
                "TakeRows" => ml.Data.TakeRows(data, paths.Length),
                "ShuffleRows" => ml.Data.ShuffleRows(data, seed: 1),
                _ => ml.Data.Cache(data),
            };

        static Constraint Refused() =>
            Throws.TypeOf<ImageException>().With.Message.Contains("after the split").And.Message.Contains("nowhere.png");
    }

    [Test]
    public void Fit_ListOfImagesThatIsMissing_IsNotToldAsAnImage()
    {
        using var folder = new TemporaryFolder();
        var list = folder.Write("list.csv", "Label,ImagePath\ncat,cat.png\ndog,dog.png\n"u8.ToArray());
        TextLoader.Column[] columns = [new("Label", DataKind.String, 0), new("ImagePath", DataKind.String, 1)];
        var data = ml.Data.Cache(Loaded(ml.Data.CreateTextLoader(columns, ',', hasHeader: true).Load(list)));
        File.Delete(list);
        var trainer = TinyModel.Trainer(ml, TinyModel.Options with { ImageColumnName = "Bytes", BadImages = BadImages.Skip });
        Assert.That(() => trainer.Fit(data), Throws.InvalidOperationException);
    }

    // ML.NET draws the image alone: the bars are 0 in all four bytes.
    [Test]
    public void Decode_PaddedByMlNet_HasBlackBars()
    {
        var path = folder.Write("wide.png", TestImages.Png(40, 20, (_, _) => new(250, 10, 20)));
        var rows = ml.Data.LoadFromEnumerable([new LabelledImageFile { ImagePath = path }]);
        var padded = ml
            .Transforms.LoadImages("Image", "", nameof(LabelledImageFile.ImagePath))
            .Append(ml.Transforms.ResizeImages("Image", 16, 16, "Image", ImageResizingEstimator.ResizingKind.IsoPad))
            .Fit(rows)
            .Transform(rows);

        var image = padded.GetColumn<MLImage>("Image").Single();

        var square = Decoded.Of(image, new() { Size = 16 }, "here");
        Assert.That(square[..3], Is.EqualTo(new byte[] { 0, 0, 0 }));
        Assert.That(square[(3 * ((8 * 16) + 8))..][..3], Is.EqualTo(new byte[] { 250, 10, 20 }).Within(1));
    }

    [Test]
    public void Read_CacheOfBytesWithAMissingFile_IsReadAgain()
    {
        var options = SmallTraining.Options with
        {
            ImageColumnName = "Bytes",
            BadImages = BadImages.Skip,
            CachePath = Path.Combine(folder.Path, "images.cache"),
        };
        var told = new List<string>();
        for (var read = 0; read < 2; read++)
        {
            var skipped = new List<ImageException>();
            using var images = new LabelledImagesReader(options, skipped.Add, told.Add).Read(Data());
            Assert.That((images.Count, skipped.Count), Is.EqualTo((8, 1)));
        }

        Assert.That(told[^1], Does.Contain("are those of the image cache"), string.Join('\n', told));
    }

    [Test(Description = "Encoded photos are larger than what is kept of them: 64 MiB are decoded before more are read.")]
    public void Read_LargeEncodedImages_HoldsFewAtOnce()
    {
        const int count = 24;
        var photo = ImageFolders.Png(0, 0).Concat(new byte[8 << 20]).ToArray();
        var (taken, done, most) = (0, 0L, 0L);
        IEnumerable<ColourRows.Row> Rows()
        {
            (taken, done, most) = (0, 0, 0); // the last time, images are read
            for (var row = 0; row < count; row++)
            {
                most = Math.Max(most, ++taken - done);
                yield return new() { Label = row % 2 == 0 ? "cat" : "dog", Image = photo };
            }
        }

        var rows = ml.Data.LoadFromEnumerable(Rows());
        var data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        var meter = new PhaseMeter(new CalledProgress<PhaseReport>(report => done = report.Images), _ => { }, new TickingClock());
        var options = SmallTraining.Options with { ImageColumnName = "Image" };
        using var images = new LabelledImagesReader(options, _ => { }, meter: meter).Read(data);
        Assert.That((images.Count, most), Is.EqualTo((count, 8)));
    }

    private IDataView Data() => Loaded(Rows());

    private IDataView Rows() =>
        ml.Data.LoadFromEnumerable(
            paths.Select((path, row) => new LabelledImageFile { ImagePath = path, Label = row % 2 == 0 ? "cat" : "dog" })
        );

    private IDataView Loaded(IDataView rows) =>
        ml
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadRawImageBytes("Bytes", "", "ImagePath"))
            .Append(ml.Transforms.LoadImages("Image", "", "ImagePath"))
            .Fit(rows)
            .Transform(rows);

    private sealed class TickingClock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Add(ref now, TimeSpan.TicksPerSecond);
    }
}
