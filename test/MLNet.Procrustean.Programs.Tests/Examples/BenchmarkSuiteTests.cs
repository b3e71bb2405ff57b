using System.Globalization;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

[Parallelizable] // one process that computes, beside launchers that wait
public sealed class BenchmarkSuiteTests
{
    [Test]
    public void Run_Quick_WritesTheTablesOfAllSectionsThatItPrints()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "performance.md");

        var run = Suite(["--quick", "--out", file]);

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var text = File.ReadAllText(file);
        var tables = Tables(text);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Output.Trim(), Is.EqualTo(text.Trim()));
            Assert.That(
                text.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)),
                Is.EqualTo(new[] { "## Training", "## Decoding", "## Scoring", "## Engines of scoring", "## Memory", "## Scaling" })
            );
            Assert.That(
                tables.Select(table => table[0][0]),
                Is.EqualTo(
                        new[]
                        {
                            "plain training",
                            "strategy",
                            "32×32",
                            "400×533",
                            "400×533",
                            "scoring",
                            "one prediction of the engine",
                            "in a fresh process",
                            "cifar-resnet-8-w16, 16 pixels, batches of 1",
                            "cifar-resnet-8-w16, 16 pixels, batches of 64",
                            "training 640 images of 16×16, ResNet-8, batch 64",
                            "growth of resident memory after warm-up",
                            "threads",
                            "batch",
                            "image size",
                            "images in an epoch, ResNet-8",
                        }
                    )
                    .Using<string, string>((found, expected) => found.StartsWith(expected, StringComparison.Ordinal))
            );
            Assert.That(tables.SelectMany(table => table.Where(row => row.Length != table[0].Length)), Is.Empty);
            Assert.That(tables.Where(table => table.Count < 4), Is.Empty, "a head, a line and two or more rows");
            Assert.That(tables.SelectMany(table => table.Skip(2)).SelectMany(Figures).Where(figure => !(figure > 0)), Is.Empty);
        }
    }

    [Test]
    public void Run_PyTorchThatIsNone_FailsWithAWord()
    {
        var run = Suite(["training", "--quick"], pyTorch: "no-such-python");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain("PYTORCH is 'no-such-python', and that does not run PyTorch"));
        }
    }

    private static ChildProcess Suite(string[] arguments, string? pyTorch = null) =>
        ChildProcess.Dotnet(
            [
                Path.Combine(ChildProcess.FolderOfProgram("test/MLNet.Procrustean.Benchmarks"), "MLNet.Procrustean.Benchmarks.dll"),
                .. arguments,
            ],
            variables: new() { ["PYTORCH"] = pyTorch, ["OMP_WAIT_POLICY"] = "passive" }
        );

    private static List<List<string[]>> Tables(string text) =>
        [
            .. text.Split("\n\n")
                .Where(part => part.StartsWith('|'))
                .Select(part => part.Trim().Split('\n').Select(line => line.Trim('|', ' ').Split(" | ")).ToList()),
        ];

    // Numbers and ranges of numbers of all columns but the first; a growth, which has a sign, may well be 0.
    private static IEnumerable<double> Figures(string[] row) =>
        row.Skip(1)
            .Where(cell => cell[0] is not ('+' or '-'))
            .SelectMany(cell => cell.Split(" to "))
            .Select(number => double.Parse(number, NumberStyles.Number, CultureInfo.InvariantCulture));
}
