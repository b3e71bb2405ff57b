using Microsoft.ML.Runtime;

namespace MLNet.Procrustean.Scoring;

/// <summary>What is done with images to score that cannot be read, and who is told of them.</summary>
/// <param name="environment">Where they are logged; null for nowhere.</param>
internal sealed class UnreadImages(IHostEnvironment? environment)
{
    /// <summary>Whether they are refused.</summary>
    public BadImages Handling { get; set; } = BadImages.Refuse;

    /// <summary>Called for each that is skipped; null for nobody.</summary>
    public Action<ImageException>? Skipped { get; set; }

    /// <summary>Refuses them, or tells of each.</summary>
    /// <exception cref="ImageException">There is one, and it is not to be skipped; the first one is reported.</exception>
    public void Skip(IReadOnlyList<(int Place, ImageException Problem)> bad)
    {
        if (bad is not [var (_, first), ..])
        {
            return;
        }

        if (Handling == BadImages.Refuse)
        {
            throw first;
        }

        using var channel = environment?.Register("ImageClassifierModel").Start("Scoring");
        foreach (var (_, problem) in bad)
        {
            channel?.Warning(MessageSensitivity.None, $"Skipped an image: {problem.Message}");
            Skipped?.Invoke(problem);
        }
    }
}
