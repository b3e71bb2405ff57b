using Microsoft.ML.Data;
using MLNet.Procrustean;

namespace Microsoft.ML;

/// <summary>Adds the trainer to <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static class ImageClassifierCatalog
{
    /// <summary>A trainer of image classifiers for imbalanced classes: by default with <see cref="RecommendedStrategy"/>.</summary>
    /// <param name="catalog">The catalog of trainers.</param>
    /// <param name="labelColumnName">The column of the classes, a key.</param>
    /// <param name="imageColumnName">The column of the images: paths (text), bytes of encoded images, or <see cref="MLImage"/>.</param>
    /// <param name="scoreColumnName">The column to add with the probability of each class.</param>
    /// <param name="predictedLabelColumnName">The column to add with the most probable class, a key.</param>
    /// <param name="validationSet">Images to measure each epoch by, or null.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">A column name is empty.</exception>
    public static ImageClassifierTrainer ProcrusteanImageClassification(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string imageColumnName = "ImagePath",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        IDataView? validationSet = null
    ) =>
        catalog.ProcrusteanImageClassification(
            new ImageClassifierOptions
            {
                LabelColumnName = labelColumnName,
                ImageColumnName = imageColumnName,
                ScoreColumnName = scoreColumnName,
                PredictedLabelColumnName = predictedLabelColumnName,
                ValidationSet = validationSet,
            }
        );

    /// <summary>A trainer of image classifiers for imbalanced classes, with the options given.</summary>
    /// <param name="catalog">The catalog of trainers.</param>
    /// <param name="options">The options.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentException">Options contradict each other, or the image size does not suit the backbone.</exception>
    public static ImageClassifierTrainer ProcrusteanImageClassification(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        ImageClassifierOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        options.CheckTogether();
        return new ImageClassifierTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }
}
