using Microsoft.ML;
using Predict;

// Prints what examples/Predict prints, by libtorch: for tests of how it loads in a fresh process.
var ml = new MLContext();
using var lines = new PredictedLines(ml, ml.Model.Load(args[0], out _));
foreach (var path in args[1..])
{
    Console.WriteLine(lines.Of(path));
}
