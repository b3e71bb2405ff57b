#:project ../src/MLNet.Procrustean/MLNet.Procrustean.csproj
#:package libtorch-cpu-linux-x64
#:property RuntimeIdentifier=linux-x64
#:property SelfContained=false
#:property PublishAot=false
#:property NoWarn=CA1305;CA1050;CA1852;IDE0005

// How long it takes until a training starts its first step, without and with a cache of decoded images:
//   dotnet run -c Release build/cache-timing.cs -- 5000 400x533 64 jpg FOLDER
// makes that many images of that size in the folder, unless the folder exists, and trains on them at 64 pixels a side. The cache is kept
// for the next run of the program.
using System.Diagnostics;
using Microsoft.ML;
using MLNet.Procrustean;
using SkiaSharp;

var (images, sides, size, format) = (int.Parse(args[0]), args[1].Split('x').Select(int.Parse).ToArray(), int.Parse(args[2]), args[3]);
var folder = args[4];
if (!Directory.Exists(folder))
{
    Parallel.For(0, images, Make);
}

var ml = new MLContext(seed: 1);
ml.Log += (_, line) =>
{
    if (line.Message.Contains("cache"))
    {
        Console.WriteLine(line.Message);
    }
};
var found = ml.Data.LoadImageFolder(Path.Combine(folder, "photos"));
var data = ml.Transforms.Conversion.MapValueToKey("Label").Fit(found).Transform(found);
var cache = Path.Combine(folder, "cache");
if (File.Exists(cache))
{
    Train("cache used, by a program that is still being compiled", cache);
    File.Delete(cache);
}

Train("no cache", null);
Train("no cache", null);
Train("cache made", cache);
Train("cache used", cache);
Train("cache used", cache);

void Train(string name, string? cachePath)
{
    using var stop = new CancellationTokenSource();
    var (clock, work) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
    var begun = "";
    var strategy = new FirstStep(stop, () =>
        begun = $"{clock.Elapsed.TotalSeconds:0.000} s ({(Environment.CpuUsage.TotalTime - work).TotalSeconds:0.000} s of processors)"
    );
    var options = new ImageClassifierOptions
    {
        Strategy = strategy,
        Backbone = new CifarResNet { Depth = 8 },
        ImageSize = size,
        Seed = 1,
        CachePath = cachePath,
        Cancellation = stop.Token,
    };
    try
    {
        ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(data).Dispose();
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine($"{name}: {begun} to the beginning of the first step, {clock.Elapsed.TotalSeconds:0.000} s to its end");
    }
}

void Make(int number)
{
    var path = Directory.CreateDirectory(Path.Combine(folder, "photos", number % 3 == 0 ? "rare" : "frequent")).FullName;
    var random = new Random(number);
    using var bitmap = new SKBitmap(sides[0], sides[1]);
    var (a, b, c) = (random.Next(5, 60), random.Next(5, 60), random.Next(256));
    bitmap.Pixels =
    [
        .. Enumerable
            .Range(0, sides[0] * sides[1])
            .Select(i => (i % sides[0], i / sides[0]))
            .Select(place => new SKColor(
                (byte)(128 + 90 * Math.Sin(place.Item1 / (double)a) + random.Next(20)),
                (byte)(128 + 90 * Math.Sin(place.Item2 / (double)b) + random.Next(20)),
                (byte)c
            )),
    ];
    using var encoded = bitmap.Encode(format == "png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 85);
    File.WriteAllBytes(Path.Combine(path, $"{number}.{format}"), encoded.ToArray());
}

/// <summary>
/// Plain training that stops after its first step; the action is called whenever a rule is asked for, last when the first epoch begins.
/// </summary>
internal sealed record FirstStep(CancellationTokenSource Stop, Action Asked) : TrainingStrategy
{
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        Asked();
        return new()
        {
            Loss = (logits, labels) =>
            {
                if (labels.shape[0] > 3) // the check before a training calls the loss with three images
                {
                    Stop.Cancel();
                }

                return Losses.CrossEntropy(logits, labels);
            },
        };
    }
}
