using System.CommandLine;
using Benchmark;
using Microsoft.ML;
using Shared;

// Compares strategies on one data set over several seeds; a run that is in the results file is not done again.
var arguments = new GridArguments();
var command = new RootCommand(
    "Compares training strategies: mean and standard deviation over seeds, paired differences, settings chosen on held-out images."
);
foreach (var option in arguments.All)
{
    command.Options.Add(option);
}

command.SetAction(
    (given, cancellation) => Outcome.Of(() => Compare(arguments.Read(given, cancellation)), () => arguments.StopMessage(given))
);
return await CommandLine.Run(command, args, new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) }); // time for a last checkpoint

static void Compare(Grid grid)
{
    if (grid is { ReportPath: not null, Share.Count: > 1 })
    {
        throw new ArgumentException("A share has no report: leave --report to the same command without --share.");
    }

    OutputFiles.Check(grid.ReportPath, grid.ResultsPath); // now, not when all runs are done
    if (grid.CachePath is not null)
    {
        Directory.CreateDirectory(grid.CachePath);
    }

    var ml = new MLContext();
    OneRun.PassOn(ml, Console.Error.WriteLine);
    var (train, _) = ImageFolders.Load(ml, grid.Train, grid.Test); // refuses them now, not when the first run is done
    grid = grid with { Options = grid.Options.SettledFor(OneRun.TrainingImages(grid, ml, train)) };
    Console.WriteLine(grid.Settings);
    using var runner = new GridRunner(grid, new ResultsFile(grid.ResultsPath, grid.Share));
    if (runner.Choose() is not { } chosen || runner.Judge(chosen) is not { } results)
    {
        return; // to other shares
    }

    Console.WriteLine(Summary.Table(results));
    if (grid.ReportPath is not null)
    {
        runner.Report(grid.ReportPath, chosen);
    }
}
