using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Interop;

/// <summary>Code that is generated at run time: ML.NET does so to read rows from objects, and has no other way.</summary>
internal static class CodeGeneration
{
    /// <summary>Refuses programs that are set up for native AOT, as those of a single file are by default.</summary>
    /// <exception cref="PlatformNotSupportedException">The program forbids it.</exception>
    public static void CheckAllowed()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new PlatformNotSupportedException(
                "This program is set up for native AOT, and ML.NET generates code at run time, which native AOT does not have. "
                    + "Set <PublishAot>false</PublishAot> in the project file; in a program of a single file, add the line "
                    + "#:property PublishAot=false."
            );
        }
    }
}
