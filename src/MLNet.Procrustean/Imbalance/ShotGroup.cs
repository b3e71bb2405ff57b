namespace MLNet.Procrustean;

/// <summary>The group that a class belongs to by its number of training images, as long-tailed recognition reports its results.</summary>
public enum ShotGroup
{
    /// <summary>More than 100 training images.</summary>
    Many,

    /// <summary>20 to 100 training images.</summary>
    Medium,

    /// <summary>Fewer than 20 training images.</summary>
    Few,
}

/// <summary>Finds the group of a class.</summary>
/// <remarks>
/// The limits are those of Liu et al., Large-Scale Long-Tailed Recognition in an Open World, CVPR 2019
/// (<see href="https://arxiv.org/abs/1904.05160"/>).
/// </remarks>
public static class ShotGroups
{
    /// <summary>The group of a class with that many training images: many above 100, few below 20, medium between.</summary>
    /// <param name="trainingImages">The number of training images of the class.</param>
    /// <returns>The group.</returns>
    public static ShotGroup Of(long trainingImages) =>
        trainingImages switch
        {
            > 100 => ShotGroup.Many,
            >= 20 => ShotGroup.Medium,
            _ => ShotGroup.Few,
        };
}
