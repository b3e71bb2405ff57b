using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>
/// Lets this process write no file beyond a number of bytes until disposed: the byte after them fails, as on a disk that is full there.
/// </summary>
internal sealed class FileSizeLimit : IDisposable
{
    // Of Linux's resource.h and signal.h.
    private const int RLIMIT_FSIZE = 1;
    private const int SIGXFSZ = 25;
    private const nint SIG_IGN = 1;

    public FileSizeLimit(long bytes)
    {
        signal(SIGXFSZ, SIG_IGN); // which would end the process
        Set((nuint)bytes);
    }

    public void Dispose() => Set(nuint.MaxValue);

    private static void Set(nuint bytes)
    {
        Assert.That(getrlimit(RLIMIT_FSIZE, out var limits), Is.Zero);
        limits.Now = nuint.Min(bytes, limits.Most);
        Assert.That(setrlimit(RLIMIT_FSIZE, limits), Is.Zero);
    }

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getrlimit(int resource, out Limits limits);

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setrlimit(int resource, in Limits limits);

    [DllImport("libc.so.6")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint signal(int number, nint handler);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public nuint Now;
        public nuint Most;
    }
}
