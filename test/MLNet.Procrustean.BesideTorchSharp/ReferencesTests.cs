using System.Reflection;
using Microsoft.ML.TorchSharp.AutoFormerV2;

namespace MLNet.Procrustean.BesideTorchSharp;

/// <summary>Microsoft.ML.TorchSharp was built for an older TorchSharp than the library's: what the newer one lacks.</summary>
public sealed class ReferencesTests
{
    private static readonly Assembly Theirs = typeof(ObjectDetectionTrainer).Assembly;
    private static readonly string[] Missing = ["interpolate"];
    private static readonly string[] Users = ["AutoFormerV2Block.forward", "FPN.forward"];

    [Test]
    public void References_ToTorchSharp_AreAllFoundButOne()
    {
        var references = TorchSharpReferences.Of(Theirs);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(references.Types, Is.GreaterThan(40));
            Assert.That(references.Members, Is.GreaterThan(200));
            Assert.That(
                references.Unresolved.Select(reference => reference.Name),
                Is.EqualTo(Missing),
                string.Join(Environment.NewLine, references.Unresolved)
            );
        }
    }

    [Test]
    public void MissingMember_InAllMethods_IsUsedByObjectDetectionOnly()
    {
        var missing = TorchSharpReferences.Of(Theirs).Unresolved;

        var users = missing.SelectMany(reference => CompiledCode.Naming(Theirs, reference.Token)).ToList();

        AssertAreOfObjectDetection(users);
    }

    [Test]
    public void Methods_OtherThanObjectDetection_AllCompile()
    {
        var (compiled, failed) = CompiledCode.Compile(Theirs);

        Assert.That(compiled, Has.Count.GreaterThan(500));
        AssertAreOfObjectDetection(failed);
    }

    private static void AssertAreOfObjectDetection(List<MethodBase> methods)
    {
        Assert.That(methods.Select(method => $"{method.DeclaringType!.Name}.{method.Name}"), Is.EquivalentTo(Users));
        Assert.That(methods.Select(method => method.DeclaringType!.Namespace), Is.All.EqualTo(typeof(ObjectDetectionTrainer).Namespace));
    }
}
