using System.CommandLine;
using Shared;
using TrainFolder;

// Trains a classifier on any folder of images, one sub-folder per class, and reports how well it does on each class.
var arguments = new RunArguments();
var command = new RootCommand("Trains an image classifier on a folder of images with imbalanced classes.");
foreach (var option in arguments.All)
{
    command.Options.Add(option);
}

command.SetAction((given, cancellation) => Outcome.Of(() => Execute(given, cancellation), () => arguments.StopMessage(given)));
return await CommandLine.Run(command, args, new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) }); // time for a last checkpoint

// Where mpirun or srun started several processes, they train together.
void Execute(ParseResult given, CancellationToken cancellation)
{
    var processes = Processes.Join();
    processes.InAll(() => arguments.Read(given, processes, cancellation)).Execute();
}
