using System.Collections.Immutable;
using System.Globalization;

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class ClassCountsTests
{
    [Test]
    public void Constructor_ValidCounts_GivesTheirSummary()
    {
        var classes = new ClassCounts(["cat", "dog", "fox"], [100, 10, 40]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(classes.Classes, Is.EqualTo(3));
            Assert.That(classes.Total, Is.EqualTo(150));
            Assert.That(classes.Largest, Is.EqualTo(100));
            Assert.That(classes.Smallest, Is.EqualTo(10));
            Assert.That(classes.ImbalanceRatio, Is.EqualTo(10));
            Assert.That(classes.IsBalanced, Is.False);
            Assert.That(new ClassCounts(["a", "b"], [7, 7]).IsBalanced, Is.True);
        }
    }

    [Test]
    public void Constructor_ClassWithoutImages_NamesTheClass() =>
        Assert.That(
            () => new ClassCounts(["cat", "dog"], [5, 0]),
            Throws.ArgumentException.With.Message.Contains("Class 'dog' has no training image")
        );

    [Test]
    public void Constructor_DuplicateName_NamesIt() =>
        Assert.That(() => new ClassCounts(["cat", "dog", "cat"], [5, 5, 5]), Throws.ArgumentException.With.Message.Contains("'cat'"));

    [Test]
    public void Constructor_DifferentLengths_NamesBoth() =>
        Assert.That(() => new ClassCounts(["cat", "dog"], [5, 5, 5]), Throws.ArgumentException.With.Message.Contains("2 names, 3 counts"));

    [Test]
    public void Constructor_UnusableNames_Refuses()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new ClassCounts(["cat"], [5]), Throws.ArgumentException.With.Message.Contains("at least two"));
            Assert.That(() => new ClassCounts(["cat", ""], [5, 5]), Throws.ArgumentException.With.Message.Contains("empty name"));
            Assert.That(() => new ClassCounts(default, [5, 5]), Throws.ArgumentException.With.Message.Contains("0 names, 2 counts"));
        }
    }

    [Test]
    public void Equals_SameContents_IsTrueAndHashesAgree()
    {
        var one = new ClassCounts(["cat", "dog"], [5, 3]);
        var same = new ClassCounts(ImmutableArray.Create("cat", "dog"), ImmutableArray.Create(5L, 3L));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(same, Is.EqualTo(one));
            Assert.That(same.GetHashCode(), Is.EqualTo(one.GetHashCode()));
            Assert.That(new ClassCounts(["cat", "fox"], [5, 3]), Is.Not.EqualTo(one));
            Assert.That(new ClassCounts(["cat", "dog"], [3, 5]), Is.Not.EqualTo(one));
        }
    }

    [Test]
    [SetCulture("de-DE")]
    public void ToString_ForeignCulture_IsInvariant()
    {
        Assert.That(CultureInfo.CurrentCulture.Name, Is.EqualTo("de-DE"));
        Assert.That(
            new ClassCounts(["cat", "dog"], [1500, 1000]).ToString(),
            Is.EqualTo("2 classes, 2500 images, imbalance ratio 1.5: cat 1500, dog 1000")
        );
    }

    [Test]
    public void ToString_ManyClasses_PrintsTheFirst()
    {
        var classes = new ClassCounts([.. Enumerable.Range(0, 100).Select(c => $"c{c}")], [.. Enumerable.Repeat(5L, 100)]);
        Assert.That(classes.ToString(), Does.EndWith("c8 5, c9 5 and 90 more"));
    }
}
