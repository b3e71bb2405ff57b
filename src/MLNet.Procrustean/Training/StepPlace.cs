namespace MLNet.Procrustean.Training;

/// <summary>The place of a step in the whole training.</summary>
/// <param name="Step">Counted from 0 over all epochs.</param>
/// <param name="Steps">Of the training.</param>
/// <param name="LearningRate">Of the step.</param>
internal readonly record struct StepPlace(long Step, long Steps, double LearningRate);
