using System.Runtime.Intrinsics.X86;

namespace MLNet.Procrustean.Interop;

/// <summary>What .NET does not report about the processor.</summary>
internal static class ProcessorFeatures
{
    private const int ExtendedFeatures = 7; // the leaf of CPUID

    /// <summary>
    /// Whether the processor has instructions for bfloat16, AVX512-BF16 or AMX-BF16, and the operating system allows them.
    /// </summary>
    public static bool HasBFloat16 { get; } =
        Avx512F.IsSupported // which checks the operating system too
        && (
            Bit(X86Base.CpuId(ExtendedFeatures, 0).Edx, 22) // AMX-BF16
            || (X86Base.CpuId(ExtendedFeatures, 0).Eax >= 1 && Bit(X86Base.CpuId(ExtendedFeatures, 1).Eax, 5))
        ); // AVX512-BF16, in a subleaf that not all have

    private static bool Bit(int word, int bit) => ((word >> bit) & 1) == 1;
}
