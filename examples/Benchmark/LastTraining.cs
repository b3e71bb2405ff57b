using System.Diagnostics;
using MLNet.Procrustean;

namespace Benchmark;

/// <summary>The model that was trained last: a strategy and the corrections of its model that follow are trained once.</summary>
internal sealed class LastTraining : IDisposable
{
    private (RunKey Run, bool Diagnosed)? of;
    private ImageClassifierModel? model;
    private double seconds;

    /// <summary>The model, which stays this object's, and the seconds that its training took.</summary>
    /// <param name="run">The run without a correction.</param>
    /// <param name="diagnosed">Whether the training is diagnosed.</param>
    /// <param name="train">Trains it.</param>
    public (ImageClassifierModel Model, double Seconds) Of(RunKey run, bool diagnosed, Func<ImageClassifierModel> train)
    {
        if (of != (run, diagnosed))
        {
            Dispose();
            var clock = Stopwatch.StartNew();
            model = train();
            (of, seconds) = ((run, diagnosed), clock.Elapsed.TotalSeconds);
        }

        return (model!, seconds);
    }

    public void Dispose()
    {
        model?.Dispose();
        (of, model) = (null, null);
    }
}
