namespace MLNet.Procrustean.Data;

/// <summary>The names by which ML.NET's columns carry their annotations.</summary>
internal static class AnnotationNames
{
    public const string KeyValues = "KeyValues";

    public const string SlotNames = "SlotNames";

    /// <summary>Our own, on the score column: the number of training images of each class, a vector of long in class order.</summary>
    public const string TrainingCounts = "TrainingCounts";
}
