using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace MLNet.Procrustean.BesideTorchSharp;

/// <summary>What an assembly refers to in TorchSharp: how many types and members, and the members or types that TorchSharp lacks.</summary>
internal sealed record TorchSharpReferences(int Types, int Members, IReadOnlyList<TorchSharpReferences.Missing> Unresolved)
{
    /// <summary>For the parameters of generic types and methods: a number type, which meets all constraints of TorchSharp.</summary>
    private static readonly Type[] AnyTypes = [.. Enumerable.Repeat(typeof(long), 8)];

    /// <summary>Has the runtime resolve each reference, as it does when it compiles the code that uses it.</summary>
    public static TorchSharpReferences Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var module = assembly.ManifestModule;
        var types = metadata.TypeReferences.Where(type => IsOfTorchSharp(metadata, type)).ToList();
        var members = metadata
            .MemberReferences.Where(member => IsOfTorchSharp(metadata, metadata.GetMemberReference(member).Parent))
            .ToList();
        IEnumerable<Missing?> missing =
        [
            .. types.Select(type => Resolve(type, metadata.GetTypeReference(type).Name, token => module.ResolveType(token))),
            .. members.Select(member =>
                Resolve(member, metadata.GetMemberReference(member).Name, token => module.ResolveMember(token, AnyTypes, AnyTypes))
            ),
        ];
        return new(types.Count, members.Count, [.. missing.OfType<Missing>()]);

        Missing? Resolve(EntityHandle reference, StringHandle name, Action<int> resolve)
        {
            var token = MetadataTokens.GetToken(reference);
            try
            {
                resolve(token);
                return null;
            }
            catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
            {
                return new(metadata.GetString(name), exception.Message, token);
            }
        }
    }

    private static bool IsOfTorchSharp(MetadataReader metadata, EntityHandle scope) =>
        scope.Kind switch
        {
            HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)
                == "TorchSharp",
            HandleKind.TypeReference => IsOfTorchSharp(metadata, metadata.GetTypeReference((TypeReferenceHandle)scope).ResolutionScope),
            HandleKind.TypeSpecification => IsOfTorchSharp(metadata, GenericTypeOf(metadata, (TypeSpecificationHandle)scope)),
            _ => false,
        };

    /// <summary>The type List of a specification of List&lt;Tensor&gt;; nil for specifications of arrays.</summary>
    private static EntityHandle GenericTypeOf(MetadataReader metadata, TypeSpecificationHandle specification)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(specification).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return default;
        }

        signature.ReadByte(); // whether it is a class or a value type
        return signature.ReadTypeHandle();
    }

    /// <summary>The name, what the runtime says, and the token by which the assembly's code uses it.</summary>
    internal sealed record Missing(string Name, string Why, int Token);
}
