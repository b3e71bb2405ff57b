using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Scoring of images that are objects of the user.</summary>
public sealed class ScoredUserImagesTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny = TinyModel.Shared;

    [Test]
    public void Transform_ImagesOfTheUsers_LeavesThemAlive()
    {
        var images = Enumerable.Range(0, 3).Select(row => new Pictured { Image = MLImage.CreateFromFile(tiny.Paths[row]) }).ToList();
        using var model = TinyModel
            .Trainer(ml, TinyModel.Options with { ImageColumnName = "Image", Epochs = 1 })
            .Fit(
                ml.Data.LoadFromEnumerable(
                    tiny.Paths.Select((path, row) => new Pictured { Image = MLImage.CreateFromFile(path), Label = row < 20 ? 0u : 1u })
                )
            );
        var view = model.Transform(ml.Data.LoadFromEnumerable(images));

        var first = Read();
        Assert.That(Read(), Is.EqualTo(first));
        Assert.That(images.Select(row => row.Image!.Width), Is.All.EqualTo(16));

        float[][] Read()
        {
            using var cursor = view.GetRowCursor(view.Schema); // the image column is active and its values are never asked for
            var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
            var scores = new List<float[]>();
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                getter(ref value);
                scores.Add([.. value.DenseValues()]);
            }

            return [.. scores];
        }
    }

    private sealed class Pictured
    {
        [Microsoft.ML.Transforms.Image.ImageType(16, 16)]
        public MLImage? Image { get; set; }

        [KeyType(2)]
        public uint Label { get; set; }
    }
}
