#!/usr/bin/env dotnet
#:package SkiaSharp@2.88.9
#:package SkiaSharp.NativeAssets.Linux.NoDependencies@2.88.9
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false

// Writes Fashion-MNIST (the four idx.gz files of its authors) as a folder of images with step imbalance:
//
//   dotnet run build/fashion-mnist-folder.cs -- IDX_FOLDER OUT_FOLDER LARGE SMALL SEED [MAJOR MINOR]
//
// OUT_FOLDER/train has LARGE images of each of the first five classes and SMALL of each of the others, drawn with the
// seed; OUT_FOLDER/validation has 500 of each class that are not in it, to choose settings by; OUT_FOLDER/test has the
// whole balanced test set. With MAJOR and MINOR, such as 789 and 456, there are two classes, each of the images with one of
// these digits as their label: LARGE and SMALL count the images of a label. An OUT_FOLDER with images is refused.
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using SkiaSharp;

var (source, target, large, small, seed) = (args[0], args[1], Number(args[2]), Number(args[3]), Number(args[4]));
string[] names = ["0-tshirt", "1-trouser", "2-pullover", "3-dress", "4-coat", "5-sandal", "6-shirt", "7-sneaker", "8-bag", "9-ankle-boot"];
var groups = args.Length == 7 ? args[5..] : [];
if (Directory.Exists(Path.Combine(target, "train")))
{
    Console.Error.WriteLine($"'{target}' has images already, which would be mixed with these: delete it, or give another OUT_FOLDER.");
    return 1;
}

var random = new Random(seed);
var classes = Part("train")
    .GroupBy(image => image.Label)
    .OrderBy(group => group.Key)
    .Select(group => group.OrderBy(_ => random.Next()).ToList())
    .ToList();
int Count(int label) => (groups.Length == 0 ? label < names.Length / 2 : Holds(groups[0], label)) ? large : small;
bool Holds(string digits, int label) => digits.Contains((char)('0' + label), StringComparison.Ordinal);
string? ClassOf(int label) =>
    groups.Length == 0 ? names[label]
    : Holds(groups[0], label) ? $"major-{groups[0]}"
    : Holds(groups[1], label) ? $"minor-{groups[1]}"
    : null;
Write("train", classes.SelectMany((images, label) => images.Take(Count(label))));
Write("validation", classes.SelectMany((images, label) => images.Skip(Count(label)).Take(500)));
Write("test", Part("t10k"));
return 0;

int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

IEnumerable<(int Label, int Number, byte[] Pixels)> Part(string part)
{
    var (images, labels) = (Read($"{part}-images-idx3-ubyte.gz"), Read($"{part}-labels-idx1-ubyte.gz"));
    var (count, size) = (BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(4)), 28 * 28);
    return Enumerable.Range(0, count).Select(i => ((int)labels[8 + i], i, images[(16 + (i * size))..(16 + ((i + 1) * size))]));
}

byte[] Read(string file)
{
    using var packed = new GZipStream(File.OpenRead(Path.Combine(source, file)), CompressionMode.Decompress);
    using var bytes = new MemoryStream();
    packed.CopyTo(bytes);
    return bytes.ToArray();
}

void Write(string part, IEnumerable<(int Label, int Number, byte[] Pixels)> images)
{
    foreach (var (label, number, pixels) in images.Where(image => ClassOf(image.Label) is not null))
    {
        var folder = Directory.CreateDirectory(Path.Combine(target, part, ClassOf(label)!)).FullName;
        using var bitmap = new SKBitmap(28, 28, SKColorType.Gray8, SKAlphaType.Opaque);
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using var file = File.Create(Path.Combine(folder, $"{number:00000}.png"));
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
    }
}
