using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Imbalance;

/// <summary>Cost matrices in CSV files.</summary>
public sealed class CostMatrixFileTests
{
    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void MakeAFolder() => folder = new();

    [OneTimeTearDown]
    public void RemoveIt() => folder.Dispose();

    [Test]
    public void Load_RowsInAnyOrder_HaveTheOrderOfTheFirstLine() =>
        Assert.That(
            Load("true\\taken for,cat,dog,owl\r\nowl,5,6.5,0\r\n\r\ncat,0, 1 ,2e1\r\ndog,3,0,4\r\n"),
            Is.EqualTo(
                new CostMatrix(
                    ["cat", "dog", "owl"],
                    [
                        [0, 1, 20],
                        [3, 0, 4],
                        [5, 6.5, 0],
                    ]
                )
            )
        );

    [Test]
    public void Load_NamesInQuotes_AreThoseWithin() =>
        Assert.That(
            Load("\uFEFF,\"cat, black\",\"the \"\"dog\"\"\"\n\"cat, black\",0,1\n\"the \"\"dog\"\"\",2,0"),
            Is.EqualTo(
                new CostMatrix(
                    ["cat, black", "the \"dog\""],
                    [
                        [0, 1],
                        [2, 0],
                    ]
                )
            )
        );

    [TestCase("", "it is empty")]
    [TestCase("\n\n", "it is empty")]
    [TestCase("x;cat;dog\ncat;0;1\ndog;1;0", "line 1 names 0 classes after its first cell", "commas separate cells")]
    [TestCase("x,cat\ncat,0", "line 1 names 1 classes")]
    [TestCase("x,cat,\ncat,0,1", "line 1 has an empty name")]
    [TestCase("x,cat,cat\ncat,0,1", "occurs twice: 'cat', 'cat'")]
    [TestCase("x,cat,dog\ncat,0,1\ndgo,1,0", "line 3 is of 'dgo', which is not one of the classes of the first line: 'cat', 'dog'")]
    [TestCase("x,cat,dog\ncat,0,1\ncat,0,1\ndog,1,0", "line 3 is the second one of 'cat'")]
    [TestCase("x,cat,dog\ncat,0,1", "there is no line of 'dog'")]
    [TestCase("x,cat,dog\ncat,0\ndog,1,0", "line 2 ('cat') has 1 costs, and there must be 2")]
    [TestCase("x,cat,dog\ncat,0,1,2\ndog,1,0", "line 2 ('cat') has 3 costs")]
    [TestCase("x,cat,dog\ncat,0,much\ndog,1,0", "in line 2 ('cat'), column 'dog', 'much' is not a number")]
    [TestCase("x,cat,dog\ncat,0,\ndog,1,0", "in line 2 ('cat'), column 'dog', '' is not a number")]
    [TestCase("x,cat,dog\ncat,0,1\ndog,-1,0", "in line 3 ('dog'), column 'cat', -1 is not a cost")]
    [TestCase("x,cat,dog\ncat,0,NaN\ndog,1,0", "in line 2 ('cat'), column 'dog', NaN is not a cost")]
    [TestCase("x,cat,dog\ncat,0,1e300\ndog,1,0", "is not a cost: a cost is a number from 0 to 1000000")]
    [TestCase("x,cat,dog\ncat,1,1\ndog,1,0", "in line 2 ('cat'), column 'cat', 1 is the cost of what is correct, which must be 0")]
    [TestCase("x,cat,dog\n\"cat,0,1\ndog,1,0", "line 2 has a quotation mark that is not closed")]
    public void Load_WhatIsNotSuchAMatrix_SaysWhereItIsWrong(string text, params string[] parts)
    {
        var message = Assert.Throws<InvalidDataException>(() => Load(text))!.Message;
        Assert.That(message, Does.StartWith($"The cost matrix '{Path.Combine(folder.Path, "costs.csv")}' cannot be read: "));
        Assert.That(parts.Where(part => !message.Contains(part)), Is.Empty, message);
    }

    [Test]
    public void Load_NoFile_SaysSo()
    {
        Assert.That(() => CostMatrix.Load(" "), Throws.ArgumentException);
        Assert.That(
            () => CostMatrix.Load(Path.Combine(folder.Path, "nowhere.csv")),
            Throws.InstanceOf<IOException>().With.Message.Contains("nowhere.csv")
        );
    }

    private CostMatrix Load(string text)
    {
        var path = Path.Combine(folder.Path, "costs.csv");
        File.WriteAllText(path, text);
        return CostMatrix.Load(path);
    }
}
