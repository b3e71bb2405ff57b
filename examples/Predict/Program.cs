using Microsoft.ML;
using MLNet.Procrustean;
using Predict;
using Shared;

// Classifies images with a saved or exported model. It scores with ML.NET and ONNX Runtime; it has no libtorch.
const string help = """
    Classifies images with a model that was trained on an image folder.

    Usage: Predict MODEL.zip|MODEL.onnx IMAGE|FOLDER...

    A folder stands for the images in it, at any depth. It prints one line per image, with tabs between: the path, the most probable class,
    and then each class with its probability. An image that cannot be read has no line; it is listed at the end, on the error stream.

    Exit code: 0 when every image has a line, 1 when one cannot be read or the model cannot be loaded, 2 when the command line is wrong.
    """;

if (args.Any(arg => arg is "-h" or "--help" or "-?"))
{
    Console.WriteLine(help);
    return 0;
}

if (args.FirstOrDefault(arg => arg.StartsWith('-')) is { } option)
{
    Console.Error.WriteLine($"There is no option '{option}', only --help. A file of that name is ./{option}.");
    return 2;
}

if (args.Length < 2)
{
    Console.Error.WriteLine(help);
    return 2;
}

try
{
    var ml = new MLContext();
    var model = LoadedModel.From(ml, args[0]);
    string[] images = [.. args[1..].SelectMany(GivenImages.Of)];
    using var lines = new PredictedLines(ml, model);
    var unread = new List<string>();
    foreach (var path in images)
    {
        try
        {
            Console.WriteLine(lines.Of(path));
        }
        catch (ImageException problem)
        {
            unread.Add(problem.Message);
        }
    }

    unread.ForEach(Console.Error.WriteLine);
    return unread.Count == 0 ? 0 : 1;
}
catch (Exception problem)
{
    Console.Error.WriteLine(string.Join(Environment.NewLine, LoadedModel.Causes(problem)));
    return 1;
}
