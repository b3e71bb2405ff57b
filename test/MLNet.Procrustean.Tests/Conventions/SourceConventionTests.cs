using System.Reflection;
using System.Text.RegularExpressions;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Conventions;

public sealed class SourceConventionTests
{
    private static readonly Assembly[] Libraries =
    [
        typeof(ImageClassifierOptions).Assembly,
        typeof(MpiReplicas).Assembly,
        typeof(TrainingReport).Assembly,
    ];

    private static readonly string[] EmptyWords = ["Manager", "Helper", "Helpers", "Utils", "Utility", "Base", "Impl"];

    [Test]
    public void Files_All_HaveAtMost300Lines() =>
        Assert.That(
            Repository
                .Texts.Where(text => text.Path.EndsWith(".cs", StringComparison.Ordinal) && Lines(text.Text) > 300)
                .Select(text => $"{text.Path}: {Lines(text.Text)} lines"),
            Is.Empty
        );

    [Test]
    public void Files_Median_IsBelow70Lines()
    {
        var lengths = Repository.Sources.Select(source => Lines(source.Text)).Order().ToList();
        Assert.That(lengths, Is.Not.Empty);
        Assert.That(lengths[lengths.Count / 2], Is.LessThan(70));
    }

    [Test]
    public void Methods_All_HaveFewerThan40Lines()
    {
        var methods = Repository.Sources.SelectMany(source =>
            MethodsOf(source.Text).Select(method => (source.Path, method.Name, method.Lines))
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(methods.Count(), Is.GreaterThan(300));
            Assert.That(methods.Where(method => method.Lines >= 40), Is.Empty);
        }
    }

    [Test]
    public void PublicTypes_All_AreSealedOrAbstract() =>
        Assert.That(
            Libraries.SelectMany(library => library.GetExportedTypes()).Where(type => !type.IsSealed && !type.IsAbstract),
            Is.Empty
        );

    [Test]
    public void TypeNames_All_SayWhatTheTypeIs() =>
        Assert.That(
            Libraries
                .SelectMany(library => library.GetTypes())
                .Where(type => EmptyWords.Any(word => type.Name.Split('`')[0].EndsWith(word, StringComparison.Ordinal))),
            Is.Empty
        );

    [Test]
    public void Namespaces_All_AreTheFolderOrOneForAllThatIsPublic()
    {
        static string Expected(string path, string text) =>
            path.EndsWith("Catalog.cs", StringComparison.Ordinal) ? "Microsoft.ML"
            : Regex.IsMatch(text, "^public ", RegexOptions.Multiline) ? "MLNet.Procrustean"
            : Path.GetDirectoryName(path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.');
        var offenders = Repository.Sources.Where(source =>
            source.Text.Contains("namespace ", StringComparison.Ordinal)
            && !source.Path.EndsWith("/MlNetInternals.cs", StringComparison.Ordinal) // the runtime knows its attribute by name
            && !Regex.IsMatch(source.Text, $@"^namespace {Regex.Escape(Expected(source.Path, source.Text))};", RegexOptions.Multiline)
        );
        Assert.That(offenders.Select(source => source.Path), Is.Empty);
    }

    [Test]
    public void Lines_OfCodeAndProse_EndAt140Columns()
    {
        var lines = Repository.Texts.SelectMany(file =>
            file.Text.Split('\n').Select((line, index) => (file.Path, Number: index + 1, line.Length))
        );
        Assert.That(lines.Where(line => line.Length > 140).Select(line => $"{line.Path}:{line.Number}: {line.Length}"), Is.Empty);
    }

    [Test]
    public void Prose_OfCodeAndDocumentation_IsPlain()
    {
        var words = new Regex(@"\bas (it|they) comes?\b|\banew\b|\b(is|are) none\b(?! of)", RegexOptions.IgnoreCase);
        var files = Repository.Texts.Where(file => !file.Path.EndsWith("/SourceConventionTests.cs", StringComparison.Ordinal));
        Assert.That(
            files.SelectMany(file => words.Matches(file.Text).Select(match => $"{file.Path}: {match.Value}")),
            Is.Empty,
            "say 'by default', 'again', 'is not one' or 'there is no'"
        );
    }

    [Test]
    public void Links_OfDocumentation_LeadToFilesAndHeadings()
    {
        var pages = Repository.Texts.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal)).ToDictionary();
        var links = pages
            .SelectMany(page => Regex.Matches(page.Value, @"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)").Select(link => (Page: page.Key, link)))
            .ToList();
        Assert.That(links, Has.Count.GreaterThan(20));
        Assert.That(
            links
                .Where(one => !Leads(one.Page, one.link.Groups[1].Value, one.link.Groups[2].Value))
                .Select(one => $"{one.Page}: {one.link}"),
            Is.Empty
        );

        bool Leads(string page, string path, string heading)
        {
            var file =
                path.Length == 0 ? Path.Combine(Repository.Root, page) : Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, path);
            return Path.Exists(file) && (heading.Length == 0 || File.ReadLines(file).Any(line => Anchor(line) == heading));
        }

        static string? Anchor(string line) =>
            line.StartsWith('#') ? Regex.Replace(line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-'), @"[^\w-]", "") : null;
    }

    [Test]
    public void CopiesToADevice_OfTensors_AreThoseThatNothingWaitsFor()
    {
        var copies = Repository
            .Sources.SelectMany(source => source.Text.Split('\n').Select(line => (source.Path, Line: line.Trim())))
            .Where(found =>
                Regex.IsMatch(found.Line, @"\.to\([^)]*[dD]evice|\.cuda\(|tensor\(.*[dD]evice:")
                && !found.Line.StartsWith("///", StringComparison.Ordinal)
            );
        string[] ofNetworks = ["network.to(training.Device);", "copy.to(device);", "built.Network.to(device);"];
        string[] outOfSteps = ["Images/ResidentImages.cs", "Networks/Inference.cs", "Numerics/DeviceCopies.cs"];
        Assert.That(
            copies
                .Where(found => !ofNetworks.Contains(found.Line) && !found.Path.Contains("/Diagnostics/", StringComparison.Ordinal))
                .Select(found => found.Path)
                .Distinct(),
            Is.EquivalentTo(outOfSteps.Select(path => $"src/MLNet.Procrustean/{path}"))
        );
    }

    // One that is only an argument could be freed by a garbage collection while it draws.
    [Test]
    public void RandomGenerators_OfAStream_AreKeptUntilTheyHaveDrawn()
    {
        var made = Repository
            .Sources.SelectMany(source => source.Text.Split('\n').Select(line => (source.Path, Line: line.Trim())))
            .Where(found => Regex.IsMatch(found.Line, @"RandomStream\.\w+\.Generator\("))
            .ToList();
        Assert.That(made, Has.Count.GreaterThan(10));
        Assert.That(made.Where(found => !Regex.IsMatch(found.Line, @"^using var \w+ = |^public Generator ")), Is.Empty);
    }

    [Test]
    public void ValuesOfTensors_InWhatAStepDoes_AreNotAskedFor()
    {
        string[] inSteps =
        [
            "Strategies/",
            "Networks/",
            "Rules/FeatureMixing.cs",
            "Rules/InputPerturbation.cs",
            "Rules/Losses.cs",
            "Rules/ProjectedGradientAttack.cs",
            "Training/GradientClipping.cs",
            "Replicas/PairwiseSum.cs",
            "Training/AdaptiveMomentEstimation.cs",
            "Training/PartSums.cs",
            "Training/QLearningStep.cs",
            "Training/Reinforcement/",
            "Training/StochasticGradientDescent.cs",
            "Training/TrainingStep.cs",
        ];
        var sources = Repository
            .Sources.Where(source => inSteps.Any(part => source.Path.Contains($"/{part}", StringComparison.Ordinal)))
            .ToList();
        var asked = sources
            .Where(source => Regex.IsMatch(source.Text, @"\.item<|\.cpu\(\)|\.data<|nonzero|masked_select"))
            .Select(source => source.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                inSteps.Where(part => !sources.Any(source => source.Path.Contains($"/{part}", StringComparison.Ordinal))),
                Is.Empty,
                "that have moved"
            );
            string[] outOfSteps = ["Inference.cs", "NetworkWeights.cs", "PatchWhitening.cs", "WeightSnapshot.cs"];
            Assert.That(asked, Is.EquivalentTo(outOfSteps.Select(file => $"src/MLNet.Procrustean/Networks/{file}")));
        }
    }

    [Test]
    public void Groups_OfCommandsInScripts_StopAtTheFirstFailure() =>
        Assert.That(
            Repository
                .Texts.Where(file => file.Path.EndsWith(".sh", StringComparison.Ordinal))
                .Where(script => Regex.IsMatch(script.Text, @"^\s*[)}]\s*(\|\||&&)", RegexOptions.Multiline))
                .Select(script => script.Path),
            Is.Empty,
            "left of || and && bash ignores set -e: end the group, and read $? in the next line"
        );

    // A member of a type is indented by four columns, or by eight in a type within a type; its body ends with a brace below its first one.
    private static IEnumerable<(string Name, int Lines)> MethodsOf(string text) =>
        Regex
            .Matches(text, @"^(?<indent> {4}| {8})(?<name>[\w<].*\()[^;]*?\n\k<indent>\{\n(.*\n)*?\k<indent>\}", RegexOptions.Multiline)
            .Where(match =>
                !Regex.IsMatch(match.Groups["name"].Value, @"^(if|for|foreach|while|using|lock|switch|catch|return|var|throw|await)\b")
            )
            .Select(match => (match.Groups["name"].Value, Lines(match.Value) + 1));

    private static int Lines(string text) => text.Count(character => character == '\n');
}
