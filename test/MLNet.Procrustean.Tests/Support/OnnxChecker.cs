using System.ComponentModel;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>The checker and the shape inference of the format's own Python package; a test is ignored where it is not installed.</summary>
internal static class OnnxChecker
{
    // Strict inference fails where it contradicts what the file says; the results of all operations then have a shape.
    private const string Program = """
        import sys
        import onnx
        for path in sys.argv[1:]:
            onnx.checker.check_model(path, full_check=True)
            graph = onnx.shape_inference.infer_shapes(onnx.load(path), strict_mode=True, data_prop=True).graph
            known = {value.name for value in list(graph.value_info) + list(graph.output) if value.type.tensor_type.HasField("shape")}
            unknown = [name for node in graph.node for name in node.output if name not in known]
            assert not unknown, unknown
            print("checked", len(graph.node))
        """;

    private static readonly string[] Pythons = ["python3", "/usr/bin/python3"]; // packages of the system are for that of the system

    public static void Check(string[] paths)
    {
        var python = Array.Find(Pythons, HasOnnx);
        if (python is null)
        {
            Assert.Ignore("There is no Python with the package onnx; on Debian, apt-get install python3-onnx brings both.");
        }

        var checker = ChildProcess.Run(python, ["-c", Program, .. paths]);
        Assert.That(checker.ExitCode, Is.Zero, checker.Errors);
        Assert.That(checker.Output.Split("checked"), Has.Length.EqualTo(paths.Length + 1));
    }

    private static bool HasOnnx(string python)
    {
        try
        {
            return ChildProcess.Run(python, ["-c", "import onnx"]).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
