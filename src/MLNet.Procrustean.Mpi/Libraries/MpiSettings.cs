namespace MLNet.Procrustean.Mpi.Libraries;

/// <summary>Where the MPI library lies, for systems where it has none of the usual names.</summary>
internal static class MpiSettings
{
    /// <summary>The environment variable with its path or name.</summary>
    public const string Variable = "MLNET_PROCRUSTEAN_MPI";

    /// <summary>The setting of the application (in its runtimeconfig.json, or by AppContext); the variable has precedence.</summary>
    public const string Setting = "MLNet.Procrustean.MpiLibrary";

    /// <summary>What a message says about them.</summary>
    public const string Advice = $"The environment variable {Variable}, or the runtime setting {Setting}, can give its path.";

    /// <summary>The path that is set; null for the usual names.</summary>
    public static string? Path =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : AppContext.GetData(Setting) as string;
}
