using System.Text.Json;
using System.Text.Json.Serialization;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Checkpoints that were written before the code was generated have the same text.</summary>
public sealed class MomentJsonTests
{
    private static readonly JsonSerializerOptions Reflection = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    [Test]
    public void Serialize_AMoment_GivesTheTextOfReflectionAndIsReadBack()
    {
        var moment = new TrainingMoment(
            new() { ["Seed"] = "1", ["Strategy"] = "nüt { Tau = 0.5 }" },
            TimeSpan.FromSeconds(1.2345),
            double.NegativeInfinity,
            [
                Report(1, null),
                Report(
                    2,
                    new()
                    {
                        TrainingAccuracy = [0.25, double.NaN],
                        FeatureGradients = [],
                        Leakage = 0.1,
                        GradientRatio = null,
                    }
                ),
            ],
            new(3, TimeSpan.FromSeconds(1), 4, 0.1, 2.5, [3, 4], [1, 2], [1, 2, 255], []),
            DivergedIn: null
        )
        {
            Preparation = TimeSpan.FromSeconds(0.5),
            FinishedBy = Guid.NewGuid(),
        };

        var text = JsonSerializer.Serialize(moment, MomentJson.Default.TrainingMoment);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Is.EqualTo(JsonSerializer.Serialize(moment, Reflection)));
            Assert.That(text, Does.Contain("\"-Infinity\"").And.Not.Contain("TimeLeft"));
            var read = JsonSerializer.Deserialize(text, MomentJson.Default.TrainingMoment);
            Assert.That(JsonSerializer.Serialize(read, Reflection), Is.EqualTo(text));
        }
    }

    private static EpochReport Report(int epoch, EpochDiagnostics? diagnostics) =>
        new()
        {
            Epoch = epoch,
            Epochs = 5,
            Loss = double.NaN,
            LearningRate = 0.05 / 3,
            ImagesPerSecond = 1e6,
            Classes = ["bolt", "nüt"],
            TrainingAccuracy = [1, double.NaN],
            ValidationMacroAccuracy = epoch == 1 ? null : 0.5,
            Elapsed = TimeSpan.FromMilliseconds(12.5),
            Diagnostics = diagnostics,
        };
}
