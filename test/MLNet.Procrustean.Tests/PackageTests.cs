using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using MLNet.Procrustean.Tests.Readme;
using MLNet.Procrustean.Tests.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>The package as another project uses it. It takes a minute: dotnet test --filter TestCategory=Package.</summary>
[Explicit("packs, restores and builds")]
[Category("Package")]
public sealed class PackageTests
{
    private const string Id = "MLNet.Procrustean";
    private readonly string version = $"0.0.0-test.{DateTime.UtcNow:yyyyMMddHHmmss}"; // a version that no package cache holds
    private TemporaryFolder folder = null!;
    private string root = null!;

    [OneTimeSetUp]
    public void Pack()
    {
        folder = new();
        root = Repository.Root;
        Run(root, "pack", Path.Combine("src", Id), "-c", "Release", "-o", Path.Combine(folder.Path, "packages"), $"-p:Version={version}");
    }

    [OneTimeTearDown]
    public void RemoveWhatItMade()
    {
        folder.Dispose();
        var caches = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var cached = Path.Combine(caches, Id.ToLowerInvariant(), version);
        if (Directory.Exists(cached))
        {
            Directory.Delete(cached, recursive: true);
            var versions = Path.GetDirectoryName(cached)!;
            if (!Directory.EnumerateFileSystemEntries(versions).Any())
            {
                Directory.Delete(versions);
            }
        }
    }

    [Test]
    public void Package_Content_IsTheLibraryAndNoOthers()
    {
        using var package = ZipFile.OpenRead(Path.Combine(folder.Path, "packages", $"{Id}.{version}.nupkg"));

        var files = package
            .Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal));
        Assert.That(
            files,
            Is.EquivalentTo(new[] { "[Content_Types].xml", $"{Id}.nuspec", "README.md", $"lib/net10.0/{Id}.dll", $"lib/net10.0/{Id}.xml" })
        );
        using var stream = package.GetEntry($"{Id}.nuspec")!.Open();
        var dependencies = XDocument
            .Load(stream)
            .Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value)
            .ToArray();
        Assert.That(dependencies, Is.SupersetOf(new[] { "Microsoft.ML", "Microsoft.ML.ImageAnalytics", "TorchSharp" }));
        Assert.That(
            dependencies,
            Has.None.Contains("libtorch")
                .IgnoreCase.And.None.Contains("cuda")
                .IgnoreCase.And.None.Contains("Expose")
                .And.None.Contains("Analyzers")
        );
    }

    [Test]
    public void Package_InAProjectElsewhere_ScoresASavedModel()
    {
        var examples = Path.Combine(root, "examples");
        string[] sources =
        [
            .. Directory.GetFiles(Path.Combine(examples, "Predict"), "*.cs"),
            Path.Combine(examples, "Shared", "LoadedModel.cs"),
        ];
        foreach (var source in sources)
        {
            File.Copy(source, Path.Combine(Folder("consumer"), Path.GetFileName(source)));
        }

        var program = Build("consumer", File.ReadAllText(Path.Combine(examples, "Predict", "Program.cs")));
        var model = SavedModelTests.Save(folder.Path);
        var paths = TinyModel.Shared.Paths[..3];

        var process = ChildProcess.Dotnet([program, model, .. paths]);

        Assert.That(
            process.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
            Is.EqualTo(SavedModelTests.ExpectedLines(paths)),
            process.Errors
        );
    }

    [Test]
    public void Package_WithTheFirstProgramOfTheReadme_TrainsAndPredicts()
    {
        var program = Build("first-program", ReadmeTests.Blocks("csharp")[0]);
        ReadmeSnippets.DrawPhotos(folder.Path);

        var process = ChildProcess.Dotnet([program], folder.Path);

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(process.Output, Does.Contain("macro accuracy").And.Match(@"\n(bolt|nut)\s*$"));
    }

    [Test]
    public void Package_InAFileWithoutAProject_TrainsAndPredicts()
    {
        var project = Folder("file");
        ReadmeSnippets.DrawPhotos(project);
        var lines = ReadmeTests
            .FileLines()
            .Replace("@0.1.0", $"@{version}", StringComparison.Ordinal)
            .Replace("linux-x64", RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(project, "train.cs"), lines + ReadmeTests.Blocks("csharp")[0]);

        // libtorch is half a gigabyte: linked, and below a folder that is removed
        var process = ChildProcess.Dotnet(
            ["run", "train.cs"],
            project,
            new() { ["CreateHardLinksForCopyLocalIfPossible"] = "true", ["XDG_DATA_HOME"] = folder.Path }
        );

        Assert.That(process.ExitCode, Is.Zero, process.Output + process.Errors);
        Assert.That(process.Output, Does.Contain("macro accuracy").And.Match(@"\n(bolt|nut)\s*$"));
    }

    /// <summary>A folder for a program, where the package is found.</summary>
    private string Folder(string name)
    {
        var project = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        File.WriteAllText(
            Path.Combine(project, "nuget.config"),
            """
            <configuration><packageSources><add key="packed" value="../packages" /></packageSources></configuration>
            """
        );
        return project;
    }

    /// <summary>A program in a project of its own, with nothing but the package and a libtorch.</summary>
    private string Build(string name, string program)
    {
        var torch = XDocument.Load(Path.Combine(root, "Directory.Packages.props")).Descendants("LibTorchVersion").Single().Value;
        var project = Folder(name);
        File.WriteAllText(Path.Combine(project, "Program.cs"), program);
        File.WriteAllText(
            Path.Combine(project, "Consumer.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <RuntimeIdentifier>$(NETCoreSdkRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{Id}" Version="{version}" />
                <PackageReference Include="libtorch-cpu-$(RuntimeIdentifier)" Version="{torch}" />
              </ItemGroup>
            </Project>
            """
        );
        Run(project, "build", "-o", "out");
        return Path.Combine(project, "out", "Consumer.dll");
    }

    private static void Run(string inside, params string[] arguments)
    {
        var process = ChildProcess.Dotnet([.. arguments, "--nologo", "-nodeReuse:false"], inside);
        Assert.That(process.ExitCode, Is.Zero, process.Output + process.Errors);
    }
}
