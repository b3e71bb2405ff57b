using System.Collections.Immutable;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class CostMatrixTests
{
    [Test]
    public void Equal_Names_CostsOneForEveryError() =>
        Assert.That(
            CostMatrix.Equal(["a", "b", "c"]),
            Is.EqualTo(
                new CostMatrix(
                    ["a", "b", "c"],
                    [
                        [0, 1, 1],
                        [1, 0, 1],
                        [1, 1, 0],
                    ]
                )
            )
        );

    [Test]
    public void ByCounts_EqualCountsOrTauZero_IsEqualCosts()
    {
        var equal = CostMatrix.Equal(["class0", "class1"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CostMatrix.ByCounts(ToyImages.Counts(7, 7), tau: 3), Is.EqualTo(equal));
            Assert.That(CostMatrix.ByCounts(ToyImages.Counts(70, 7), tau: 0), Is.EqualTo(equal));
            Assert.That(CostMatrix.ByCounts(ToyImages.Counts(70, 7), tau: 1).Costs[1][0], Is.EqualTo(10).Within(1e-12));
            Assert.That(() => CostMatrix.ByCounts(ToyImages.Counts(7, 7), tau: -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void For_AnotherOrder_MovesRowsAndColumns()
    {
        var costs = new CostMatrix(
            ["a", "b", "c"],
            [
                [0, 1, 2],
                [3, 0, 4],
                [5, 6, 0],
            ]
        );
        Assert.That(
            costs.For(["c", "a", "b"]),
            Is.EqualTo(
                new CostMatrix(
                    ["c", "a", "b"],
                    [
                        [0, 5, 6],
                        [2, 0, 1],
                        [4, 3, 0],
                    ]
                )
            )
        );
    }

    [Test]
    public void For_OtherClasses_NamesThem() =>
        Assert.That(
            () => CostMatrix.Equal(["a", "b", "x"]).For(["a", "b", "c"]),
            Throws
                .ArgumentException.With.Message.Contains("There are no costs for 'c'.")
                .And.Message.Contains("There are costs for 'x', which is not among the classes.")
                .And.Message.Contains("The classes are 'a', 'b', 'c'.")
        );

    [Test]
    public void Equals_OtherNamesOrCosts_AreNotEqual()
    {
        var one = CostMatrix.Equal(["a", "b"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                one,
                Is.EqualTo(
                    new CostMatrix(
                        ["a", "b"],
                        [
                            [0, 1],
                            [1, 0],
                        ]
                    )
                )
            );
            Assert.That(
                one.GetHashCode(),
                Is.EqualTo(
                    new CostMatrix(
                        ["a", "b"],
                        [
                            [0, 1],
                            [1, 0],
                        ]
                    ).GetHashCode()
                )
            );
            Assert.That(one, Is.Not.EqualTo(CostMatrix.Equal(["b", "a"])));
            Assert.That(
                one,
                Is.Not.EqualTo(
                    new CostMatrix(
                        ["a", "b"],
                        [
                            [0, 1],
                            [2, 0],
                        ]
                    )
                )
            );
        }
    }

    [Test]
    public void New_WhatCostsNothingSensible_IsRefused()
    {
        using (Assert.EnterMultipleScope())
        {
            Refuses(
                default,
                [
                    [0, 1],
                    [1, 0],
                ],
                "two names or more"
            );
            Refuses(
                ["a"],
                [
                    [0],
                ],
                "two names or more"
            );
            Refuses(
                ["a", "b"],
                [
                    [0, 1],
                ],
                "a row of costs for each"
            );
            Refuses(
                ["a", "b"],
                [
                    [0, 1],
                    [1],
                ],
                "row 'b' must have 2 costs"
            );
            Refuses(
                ["a", "a"],
                [
                    [0, 1],
                    [1, 0],
                ],
                "occurs twice"
            );
            Refuses(
                ["a", ""],
                [
                    [0, 1],
                    [1, 0],
                ],
                "is empty"
            );
            Refuses(
                ["a", "b"],
                [
                    [0, 1],
                    [-1, 0],
                ],
                "in row 'b', column 'a', -1 is not a cost"
            );
            Refuses(
                ["a", "b"],
                [
                    [0, double.NaN],
                    [1, 0],
                ],
                "in row 'a', column 'b', NaN is not a cost"
            );
            Refuses(
                ["a", "b"],
                [
                    [0, double.PositiveInfinity],
                    [1, 0],
                ],
                "is not a cost: a cost is a number from 0 to 1000000"
            );
            Refuses(
                ["a", "b"],
                [
                    [0, 1],
                    [1, 0.5],
                ],
                "in row 'b', column 'b', 0.5 is the cost of what is correct"
            );
        }
    }

    private static void Refuses(ImmutableArray<string> names, ImmutableArray<ImmutableArray<double>> costs, string part) =>
        Assert.That(() => new CostMatrix(names, costs), Throws.ArgumentException.With.Message.Contains(part));
}
