using System.Text.Json;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>The state of a training as one safetensors file: its weights as arrays, everything else as one text, with a checksum.</summary>
internal sealed record Checkpoint(TrainingMoment Moment, IReadOnlyList<NamedArray> Arrays)
{
    private const string Format = "MLNet.Procrustean checkpoint";
    private const string Version = "3";
    private const string VersionOfEarlierNames = "2"; // the same file with other names of settings

    /// <summary>
    /// The state of a training; of one that is over, whose network has the weights that were chosen, nothing else is needed.
    /// </summary>
    public static Checkpoint Of(TrainingState state, Dictionary<string, string> settings, Guid? finishedBy = null) =>
        new(
            state.Moment(settings) with
            {
                Reports = ReportArrays.Without(state.Reports),
                FinishedBy = finishedBy,
            },
            finishedBy is null ? StateArrays.Capture(state) : StateArrays.CaptureFinished(state)
        );

    public void Write(Stream stream)
    {
        var texts = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["format_version"] = Version,
            ["moment"] = JsonSerializer.Serialize(Moment, MomentJson.Default.TrainingMoment),
        };
        texts["sha256"] = ModelFile.Checksum(texts, Arrays);
        SafeTensors.Write(stream, texts, Arrays);
    }

    /// <exception cref="InvalidDataException">The file is cut short, damaged or of another kind.</exception>
    /// <exception cref="NotSupportedException">The file is whole, and of a later version.</exception>
    public static Checkpoint Read(Stream stream)
    {
        var header = SafeTensors.ReadHeader(stream);
        if (header.Texts.GetValueOrDefault("format") != Format)
        {
            throw new InvalidDataException("The file is damaged or of another kind: it does not say that it is a checkpoint.");
        }

        var arrays = SafeTensors.ReadArrays(stream, header);
        if (header.Texts.GetValueOrDefault("sha256") != ModelFile.Checksum(header.Texts, arrays))
        {
            throw new InvalidDataException("The file is damaged: its checksum does not match its contents.");
        }

        var version = ModelTexts.Word(header.Texts, "format_version");
        if (version is not (Version or VersionOfEarlierNames))
        {
            throw new NotSupportedException(
                $"it has format version {version}, and this library reads the versions {VersionOfEarlierNames} and {Version}"
            );
        }

        var moment = Parse(header.Texts.GetValueOrDefault("moment", ""));
        return new(version == Version ? moment : moment with { Settings = EarlierNames.Translate(moment.Settings) }, arrays);
    }

    private static TrainingMoment Parse(string text)
    {
        try
        {
            var moment = JsonSerializer.Deserialize(text, MomentJson.Default.TrainingMoment);
            return moment is { IsPossible: true } ? moment : throw new JsonException("It is not the state of a training.");
        }
        catch (Exception problem)
            when (problem is JsonException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new InvalidDataException($"The file is damaged: it does not say where the training stood ({problem.Message}).", problem);
        }
    }
}
