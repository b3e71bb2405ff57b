using System.CommandLine;
using MLNet.Procrustean;

namespace Shared;

/// <summary>One option of the command line, and what it changes in a training where it is given.</summary>
internal sealed record TrainingArgument(Option Option, Func<ParseResult, ImageClassifierOptions, ImageClassifierOptions> Apply)
{
    public static TrainingArgument Of<T>(string name, string description, Func<ImageClassifierOptions, T, ImageClassifierOptions> apply)
    {
        var option = new Option<T>(name) { Description = description };
        return new(option, (given, options) =>
            given.GetResult(option) is { Implicit: false } ? apply(options, given.GetValue(option)!) : options
        );
    }
}
