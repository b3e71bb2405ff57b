namespace MLNet.Procrustean.Tests.Support;

/// <summary>Passes a number of bytes on to another stream; the one after them fails.</summary>
internal sealed class FailingStream(Stream inner, long bytes) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var whole = (int)Math.Min(buffer.Length, bytes - inner.Position);
        inner.Write(buffer[..whole]);
        if (whole < buffer.Length)
        {
            throw new IOException("The disk is broken.");
        }
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
