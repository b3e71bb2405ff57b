using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// ExposeInternals FOLDER "Type1;Outer+Nested;..." A.dll B.dll ...
//
// Copies assemblies into a folder and makes the named types and their internal methods public in the copies, by
// overwriting the visibility bits of their rows in the metadata tables (ECMA-335, II.22.26 and II.22.37). The copies are
// for the compiler only and never run: build/ExposeMlNet.targets says why.
var (folder, names, assemblies) = (args[0], args[1].Split(';'), args[2..]);
var found = assemblies.SelectMany(assembly => Expose(assembly, Path.Combine(folder, Path.GetFileName(assembly)), names)).ToList();
var missing = names.Except(found).ToList();
if (missing.Count == 0)
{
    return 0;
}

Console.Error.WriteLine(
    $"ExposeInternals : error : no type {string.Join(", ", missing)} in {string.Join(", ", assemblies)}: "
        + "this version of ML.NET differs from the one that the library was written for."
);
return 1;

static List<string> Expose(string source, string destination, string[] names)
{
    const int MethodFlagsOffset = 6; // after RVA (4 bytes) and ImplFlags (2 bytes)
    var image = File.ReadAllBytes(source);
    using var file = new PEReader(new MemoryStream(image));
    var reader = file.GetMetadataReader();
    int Row(TableIndex table, EntityHandle handle) =>
        file.PEHeaders.MetadataStartOffset
        + reader.GetTableMetadataOffset(table)
        + ((MetadataTokens.GetRowNumber(handle) - 1) * reader.GetTableRowSize(table));

    string NameOf(TypeDefinition type) =>
        type.GetDeclaringType() is { IsNil: false } outer
            ? $"{NameOf(reader.GetTypeDefinition(outer))}+{reader.GetString(type.Name)}"
            : reader.GetString(type.Name);

    var found = new List<string>();
    foreach (var handle in reader.TypeDefinitions)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = NameOf(type);
        if (!names.Contains(name))
        {
            continue;
        }

        found.Add(name);
        var visibility = type.GetDeclaringType().IsNil ? TypeAttributes.Public : TypeAttributes.NestedPublic;
        Overwrite(ref image[Row(TableIndex.TypeDef, handle)], (int)TypeAttributes.VisibilityMask, (int)visibility);
        foreach (var method in type.GetMethods())
        {
            ref var flags = ref image[Row(TableIndex.MethodDef, method) + MethodFlagsOffset];
            if ((flags & (int)MethodAttributes.MemberAccessMask) == (int)MethodAttributes.Assembly)
            {
                Overwrite(ref flags, (int)MethodAttributes.MemberAccessMask, (int)MethodAttributes.Public);
            }
        }
    }

    Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
    File.WriteAllBytes(destination, image);
    return found;
}

static void Overwrite(ref byte flags, int mask, int value) => flags = (byte)((flags & ~mask) | value);
