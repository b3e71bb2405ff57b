namespace MLNet.Procrustean.Tests.Support;

/// <summary>The first of a number of processes, which must exchange nothing.</summary>
internal sealed class ProcessOf(int count) : IReplicas
{
    public int Rank => 0;

    public int Count => count;

    public int LocalRank => 0;

    public void Sum(TorchSharp.torch.Tensor values) => throw new NotSupportedException();

    public void Broadcast(Span<byte> values) => throw new NotSupportedException();

    public void Abort(string reason) => throw new NotSupportedException();
}
