using MLNet.Procrustean;

namespace Benchmark;

/// <summary>Defaults that all runs of a comparison share, whatever number of images each of them trains on.</summary>
internal static class SettledDefaults
{
    /// <summary>
    /// The options with the defaults for a number of images; a fit then does not replace them by those for the number that it finds, which
    /// is smaller where images are held out.
    /// </summary>
    public static ImageClassifierOptions SettledFor(this ImageClassifierOptions options, int images)
    {
        // Stages that are given decide all defaults of fine-tuning; from scratch, the command line always gives a batch size, which does.
        var counted = options.ForImageCount(images);
        return counted with { FrozenStages = counted.FrozenStages };
    }
}
