using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Data;

public sealed class ClassNamesTests
{
    private readonly MLContext ml = new(seed: 1);

    // By their code units: texts in the attributes of an assembly cannot hold half a pair.
    [TestCase("D800")]
    [TestCase("DC00")]
    [TestCase("61 D83D")]
    [TestCase("D83D 61")]
    [TestCase("DE00 D83D")]
    [TestCase("D83D DE00 D83D")]
    public void Fault_HalfASurrogatePair_GivesPositionAndEscapedName(string units)
    {
        var fault = ClassNames.Fault(["gear", Text(units), "nut"]);
        Assert.That(fault, Does.Contain("class 1 of 3 (counted from 0)").And.Contains("Give the class another name"));
        Assert.That(fault, Does.Contain($"\\u{units.Split(' ').First(unit => unit[0] == 'D')}").And.Not.Contains('\uFFFD'));
        Assert.That(fault!.Any(char.IsSurrogate), Is.False);
    }

    [TestCase("61")]
    [TestCase("FFFD")]
    [TestCase("D83D DE00")]
    [TestCase("61 D83D DE00 D83D DE00 62")]
    [TestCase("D7FF E000")]
    public void Fault_ValidText_IsNone(string units) => Assert.That(ClassNames.Fault(["gear", Text(units)]), Is.Null);

    [Test]
    public void ClassCounts_HalfASurrogatePair_IsRefused() =>
        Assert.That(
            () => new ClassCounts(["gear", "\uD800"], [1, 1]),
            Throws.ArgumentException.With.Message.Contains("class 1 of 2").And.Property("ParamName").EqualTo("names")
        );

    [Test]
    public void Fit_KeyValueWithHalfASurrogatePair_IsRefusedBeforeAnImageIsRead()
    {
        var rows = ml.Data.LoadFromEnumerable<LabelledImageFile>([
            new() { ImagePath = "no such file", Label = "gear" },
            new() { ImagePath = "no such file", Label = "nut\uD800" },
        ]);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);

        Assert.That(
            () => TinyModel.Trainer(ml, TinyModel.Options).Fit(keyed),
            Throws
                .ArgumentException.With.Message.Contains("In column 'Label', the name of class 1 of 2")
                .And.Message.Contains(@"'nut\uD800'")
        );
    }

    private static string Text(string units) => string.Concat(units.Split(' ').Select(unit => (char)Convert.ToInt32(unit, 16)));
}
