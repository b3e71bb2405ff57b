using System.Diagnostics;
using MLNet.Procrustean;

namespace Benchmark;

/// <summary>The model that was trained last: a strategy and the corrections of its model that follow are trained once.</summary>
internal sealed class LastTraining : IDisposable
{
    private (RunKey Run, bool Diagnosed)? of;
    private ImageClassifierModel? model;
    private TrainingDivergedException? divergence;
    private double seconds;

    /// <summary>The model, which stays this object's, and the seconds that its training took.</summary>
    /// <param name="run">The run without a correction.</param>
    /// <param name="diagnosed">Whether the training is diagnosed.</param>
    /// <param name="train">Trains it.</param>
    /// <exception cref="TrainingDivergedException">It diverged, now or before.</exception>
    public (ImageClassifierModel Model, double Seconds) Of(RunKey run, bool diagnosed, Func<ImageClassifierModel> train)
    {
        if (of != (run, diagnosed))
        {
            Dispose();
            var clock = Stopwatch.StartNew();
            try
            {
                model = train();
            }
            catch (TrainingDivergedException problem)
            {
                divergence = problem;
            }

            (of, seconds) = ((run, diagnosed), clock.Elapsed.TotalSeconds);
        }

        return (model ?? throw divergence!, seconds);
    }

    public void Dispose()
    {
        model?.Dispose();
        divergence?.LastGoodModel?.Dispose();
        (of, model, divergence) = (null, null, null);
    }
}
