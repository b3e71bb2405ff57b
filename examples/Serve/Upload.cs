namespace Serve;

/// <summary>A row for the model: it was trained on paths, and takes the bytes of a file just as well.</summary>
internal sealed class Upload
{
    public byte[] ImagePath { get; set; } = [];
}
