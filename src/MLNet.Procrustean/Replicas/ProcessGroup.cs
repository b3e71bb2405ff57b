using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Replicas;

/// <summary>The processes that train a model together, or this one alone: then nothing is exchanged, and all is simply done.</summary>
/// <remarks>
/// What one process alone can fail at is done between two exchanges, and the second one tells all of the failure, so that none waits for
/// another that has ended.
/// </remarks>
/// <param name="replicas">The processes; null for this one alone.</param>
internal sealed class ProcessGroup(IReplicas? replicas)
{
    private readonly IReplicas? replicas = replicas is { Count: > 1 } ? replicas : null;
    private bool isOver;

    /// <summary>Whether there are others.</summary>
    public bool IsShared => replicas is not null;

    /// <summary>Whether this is the process that logs, reports and writes files.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Whether this is the process that writes what all on its machine read.</summary>
    public bool IsFirstOfMachine => replicas is not { LocalRank: > 0 };

    public int Rank => replicas?.Rank ?? 0;

    public int Count => replicas?.Count ?? 1;

    /// <summary>Whether a process was cancelled: known in all after the same step.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>The parts of each batch that this process computes.</summary>
    public Range OwnOf(int parts) => (Rank * (parts / Count))..((Rank + 1) * (parts / Count));

    /// <summary>Replaces the values of a step by their sum over all processes.</summary>
    /// <param name="values">[N], float32; the last two say whether the process has failed and whether it is to stop: 1 or 0.</param>
    /// <param name="failure">What this process has failed at; null for nothing.</param>
    /// <exception cref="InvalidOperationException">Another process has failed.</exception>
    public void SumOfStep(Tensor values, Exception? failure)
    {
        if (replicas is null)
        {
            return;
        }

        replicas.Sum(values);
        using var ends = values.narrow(0, values.shape[0] - 2, 2).cpu();
        var (failed, stopped) = (ends.data<float>()[0], ends.data<float>()[1]);
        if (failed > 0)
        {
            ThrowInAll(Outcomes.Of(this, failure), failure);
        }

        IsCancelled |= stopped > 0;
    }

    /// <summary>Does something in each process, exchanging nothing meanwhile; a failure in one is thrown in all.</summary>
    public void Together(Action act) =>
        Together(() =>
        {
            act();
            return true;
        });

    /// <summary>Makes something in each process, exchanging nothing meanwhile; a failure in one is thrown in all.</summary>
    /// <exception cref="InvalidOperationException">Another process has failed.</exception>
    /// <exception cref="OperationCanceledException">Another process was cancelled.</exception>
    public T Together<T>(Func<T> make)
    {
        if (replicas is null)
        {
            return make();
        }

        T? made = default;
        Exception? failure = null;
        try
        {
            made = make();
        }
        catch (Exception problem)
        {
            failure = problem;
        }

        if (Outcomes.Of(this, failure) is { AllWell: false } outcomes)
        {
            (made as IDisposable)?.Dispose();
            ThrowInAll(outcomes, failure);
        }

        return made!;
    }

    /// <summary>
    /// Makes something in each process. Where it writes files, the first one does so before the others, which then find them; and where
    /// another machine does not see them, the first one there writes them too, before the others there.
    /// </summary>
    /// <param name="make">Makes it.</param>
    /// <param name="writes">Whether it writes files.</param>
    /// <param name="apart">Whether no machine sees the files of another one: then the first ones of all machines write at once.</param>
    /// <exception cref="InvalidOperationException">Another process has failed.</exception>
    /// <exception cref="OperationCanceledException">Another process was cancelled.</exception>
    public T FirstThenOthers<T>(Func<T> make, bool writes, bool apart = false)
        where T : class
    {
        var made = Together(() => !writes || IsFirst || (apart && IsFirstOfMachine) ? make() : null);
        if (writes)
        {
            made = Together(() => made ?? (IsFirstOfMachine ? make() : null));
            made = Together(() => made ?? make());
        }

        return made!;
    }

    /// <summary>The bytes of the first process, in all.</summary>
    public byte[] Share(byte[] ofFirst)
    {
        if (replicas is null)
        {
            return ofFirst;
        }

        var length = Share(ofFirst.Length);
        var bytes = IsFirst ? ofFirst : new byte[length];
        ShareInPlace(bytes);
        return bytes;
    }

    /// <summary>Replaces bytes, of the same length in all processes, by those of the first.</summary>
    public void ShareInPlace(byte[] bytes) => replicas?.Broadcast(bytes);

    /// <summary>The number of the first process, in all.</summary>
    public int Share(int ofFirst)
    {
        var bytes = BitConverter.GetBytes(ofFirst);
        ShareInPlace(bytes);
        return BitConverter.ToInt32(bytes);
    }

    /// <summary>The sums of counts over all processes; exact below 2²⁴.</summary>
    public long[] Sum(long[] counts)
    {
        if (replicas is null)
        {
            return counts;
        }

        using var sums = tensor([.. counts.Select(count => (float)count)]);
        replicas.Sum(sums);
        return [.. sums.data<float>().Select(sum => (long)sum)];
    }

    /// <summary>Whether that holds in a process.</summary>
    public bool InAny(bool ofThisOne) => Sum([ofThisOne ? 1 : 0])[0] > 0;

    /// <summary>From now on nothing is exchanged: what fails in one process does not concern the others.</summary>
    public void End() => isOver = true;

    /// <summary>Called with what ends this process: ends the others too, unless they know of it.</summary>
    public void AbortUnlessKnown(Exception problem)
    {
        if (!isOver && !(IsCancelled && problem is OperationCanceledException))
        {
            replicas?.Abort(problem.Message);
        }
    }

    /// <summary>Sums values over all processes, in place.</summary>
    internal void Sum(Tensor values) => replicas?.Sum(values);

    private void ThrowInAll(Outcomes outcomes, Exception? failure)
    {
        IsCancelled |= outcomes.AnyCancelled;
        isOver = true;
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        throw outcomes.AnyFailed ? new InvalidOperationException(outcomes.Message) : new OperationCanceledException(outcomes.Message);
    }
}
