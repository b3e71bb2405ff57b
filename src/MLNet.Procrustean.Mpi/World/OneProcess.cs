using static TorchSharp.torch;

namespace MLNet.Procrustean.Mpi.World;

/// <summary>This process alone: what no launcher has started.</summary>
internal sealed class OneProcess : IReplicas
{
    public int Rank => 0;

    public int Count => 1;

    public int LocalRank => 0;

    public void Sum(Tensor values) { }

    public void Broadcast(Span<byte> values) { }

    public void Abort(string reason) { } // nobody waits for it
}
