using System.Diagnostics;
using QuickStart.Parts;

int[] trainCounts = [300, 300, 300, 300, 30, 20, 15, 10];
var folder = Path.Combine(AppContext.BaseDirectory, "parts");
var watch = Stopwatch.StartNew();
PartImages.Draw(folder, trainCounts, testCount: 60, seed: 1);
Console.WriteLine($"Drew {trainCounts.Sum()} training images and {60 * trainCounts.Length} test images in {watch.Elapsed.TotalSeconds:F1} s:");
for (var index = 0; index < trainCounts.Length; index++)
{
    Console.WriteLine($"  {Part.All[index].Name,-8} {trainCounts[index],4} {60,4}");
}
