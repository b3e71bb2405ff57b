namespace MLNet.Procrustean.Tests.Support;

/// <summary>Command lines of the programs under examples, for dotnet.</summary>
internal static class ExampleProgram
{
    /// <summary>The file of the program, built in the configuration of these tests.</summary>
    public static string Path(string name) => System.IO.Path.Combine(ChildProcess.FolderOfExample(name), $"{name}.dll");

    /// <summary>A training of seconds: a small network on images of 16 pixels.</summary>
    public static string[] Training(string program, string photos, int epochs) =>
        [Path(program), "--train", photos, "--backbone", "cifar-resnet-8-w4", "--image-size", "16", "--epochs", $"{epochs}"];
}
