using MLNet.Procrustean.Training.Checkpoints;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Makes checkpoints look as if another process had written them.</summary>
internal static class AnotherProcess
{
    /// <summary>Another process has finished that training.</summary>
    /// <param name="checkpoint">The path of the finished checkpoint.</param>
    public static void Finished(string checkpoint)
    {
        using var file = File.Open(checkpoint, FileMode.Open);
        var (moment, arrays) = Checkpoint.Read(file);
        file.SetLength(0);
        new Checkpoint(moment with { FinishedBy = Guid.NewGuid() }, arrays).Write(file);
    }
}
