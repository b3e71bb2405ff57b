using System.Runtime.ExceptionServices;

namespace MLNet.Procrustean.Decoding;

/// <summary>Decodes images on all processors.</summary>
internal static class ParallelDecoding
{
    /// <summary>Decodes images into a block, one after the other in their order, without a gap where one cannot be read.</summary>
    /// <param name="block">With room for all of them.</param>
    /// <param name="bytes">The bytes that each decoded image takes.</param>
    /// <param name="images">The images.</param>
    /// <param name="tried">
    /// Called on the calling thread, which decodes too, after each of its images with the number of those that all threads have decoded or
    /// given up; null for nobody.
    /// </param>
    /// <returns>How many are in the block, and those that cannot be read, with their place among the images.</returns>
    public static (int Count, IReadOnlyList<(int Place, ImageException Problem)> Bad) DecodeInto(
        byte[] block,
        int bytes,
        IReadOnlyList<Action<Memory<byte>>> images,
        Action<int>? tried = null
    )
    {
        var bad = Run(images.Count, place => images[place](block.AsMemory(place * bytes, bytes)), tried ?? (_ => { }));
        if (bad.Count == 0)
        {
            return (images.Count, bad);
        }

        var (count, without) = (0, bad.Select(one => one.Place).ToHashSet());
        foreach (var place in Enumerable.Range(0, images.Count).Where(place => !without.Contains(place)))
        {
            block.AsSpan(place * bytes, bytes).CopyTo(block.AsSpan(count * bytes));
            count++;
        }

        return (count, bad);
    }

    // Each processor takes one image after the other. Parallel.For itself hands them out in batches, and at the end all processors but one
    // would wait for the last batch.
    private static IReadOnlyList<(int Place, ImageException Problem)> Run(int count, Action<int> decode, Action<int> tried)
    {
        var problems = new ImageException?[count];
        var caller = Environment.CurrentManagedThreadId;
        var (next, done) = (-1, 0);
        void DecodeTheNext(ParallelLoopState all)
        {
            for (var place = Interlocked.Increment(ref next); place < count && !all.IsExceptional; place = Interlocked.Increment(ref next))
            {
                try
                {
                    decode(place);
                }
                catch (ImageException problem)
                {
                    problems[place] = problem;
                }

                var soFar = Interlocked.Increment(ref done);
                if (Environment.CurrentManagedThreadId == caller)
                {
                    tried(soFar);
                }
            }
        }

        try
        {
            Parallel.For(0, Math.Min(count, Environment.ProcessorCount), (_, all) => DecodeTheNext(all));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]); // as one thread would have thrown it
        }

        return [.. problems.Index().Where(one => one.Item is not null).Select(one => (one.Index, one.Item!))];
    }
}
