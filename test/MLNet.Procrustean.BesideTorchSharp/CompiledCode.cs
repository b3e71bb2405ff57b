using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.BesideTorchSharp;

/// <summary>The methods of an assembly that have a body.</summary>
internal static class CompiledCode
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Methods whose body contains the token anywhere, so that no method that uses it is missed.</summary>
    public static IEnumerable<MethodBase> Naming(Assembly assembly, int token)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, token);
        return assembly
            .GetTypes()
            .SelectMany(MethodsOf)
            .Where(method => method.GetMethodBody()!.GetILAsByteArray().AsSpan().IndexOf(bytes) >= 0);
    }

    /// <summary>Has the runtime compile every method, those of generic types as the assembly's other types inherit them.</summary>
    /// <returns>The methods that compile, and those that do not because something that they use is missing.</returns>
    public static (List<MethodBase> Compiled, List<MethodBase> Failed) Compile(Assembly assembly)
    {
        var (compiled, failed) = (new List<MethodBase>(), new List<MethodBase>());
        var types = assembly.GetTypes().SelectMany(SelfAndBases).Where(type => type.Assembly == assembly).Distinct();
        foreach (var method in types.SelectMany(MethodsOf).Where(method => !method.ContainsGenericParameters))
        {
            (Compiles(method) ? compiled : failed).Add(method);
        }

        return (compiled, failed);
    }

    private static bool Compiles(MethodBase method)
    {
        try
        {
            var type = method.DeclaringType!;
            RuntimeHelpers.PrepareMethod(method.MethodHandle, [.. type.GetGenericArguments().Select(argument => argument.TypeHandle)]);
            return true;
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            return false;
        }
    }

    private static IEnumerable<Type> SelfAndBases(Type type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    private static IEnumerable<MethodBase> MethodsOf(Type type) =>
        type.GetMembers(Declared).OfType<MethodBase>().Where(method => method.GetMethodBody() is not null);
}
