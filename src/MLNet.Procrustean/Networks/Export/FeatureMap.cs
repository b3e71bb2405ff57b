namespace MLNet.Procrustean.Networks.Export;

/// <summary>Features [N, channels, size, size] in a graph.</summary>
/// <param name="Name">The name of the operation's result.</param>
/// <param name="Channels">The number of features of each pixel.</param>
/// <param name="Size">The pixels of a side.</param>
internal sealed record FeatureMap(string Name, int Channels, int Size);

/// <summary>Features [N, length] in a graph.</summary>
/// <param name="Name">The name of the operation's result.</param>
/// <param name="Length">The number of features of each image.</param>
internal sealed record FeatureVector(string Name, int Length);
