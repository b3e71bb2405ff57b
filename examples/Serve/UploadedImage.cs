using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;

namespace Serve;

/// <summary>The encoded image that a request brings: its body, or the one file of its form.</summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="Origin">Where it was, for messages.</param>
internal sealed record UploadedImage(byte[] Bytes, string Origin)
{
    // In memory up to the limit of the server: no files are left behind.
    private static readonly FormOptions InMemory = new() { MemoryBufferThreshold = int.MaxValue, MultipartBodyLengthLimit = long.MaxValue };

    /// <summary>Receives it.</summary>
    /// <exception cref="BadHttpRequestException">
    /// The request is of a type that brings no image, has no file or several ones, is too large, too slow or broken off.
    /// </exception>
    public static async Task<UploadedImage> Receive(HttpRequest request, CancellationToken cancelled)
    {
        if (request.HasFormContentType && !IsEncodedForm(request))
        {
            return await ReceiveForm(request, cancelled);
        }

        if (!MayBeAnImage(request))
        {
            throw Refused(request, $"An image cannot be taken from {request.ContentType}.", StatusCodes.Status415UnsupportedMediaType);
        }

        return new(await All(request.Body, cancelled), "The body");
    }

    /// <summary>What is said of a body that is no image and was sent as an encoded form, as curl does by default.</summary>
    /// <returns>Null for other requests.</returns>
    public static BadHttpRequestException? RefusalOfEncodedForm(HttpRequest request) =>
        IsEncodedForm(request)
            ? Refused(
                request,
                $"{request.ContentType} is sent, and the body is no whole image (curl -d leaves out some bytes of a file).",
                StatusCodes.Status415UnsupportedMediaType
            )
            : null;

    private static async Task<UploadedImage> ReceiveForm(HttpRequest request, CancellationToken cancelled)
    {
        try
        {
            var form = await request.ReadFormAsync(InMemory, cancelled);
            if (form.Files is not [var file])
            {
                throw Refused(
                    request,
                    form.Files.Count == 0
                        ? "The form has no file (curl sends one only where there is an @ before its name)."
                        : $"The form has {form.Files.Count} files; send one image at a time.",
                    StatusCodes.Status400BadRequest
                );
            }

            await using var content = file.OpenReadStream();
            return new(await All(content, cancelled), "The file of the form");
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw Refused(request, $"The form is damaged or cut short ({problem.Message}).", StatusCodes.Status400BadRequest);
        }
    }

    private static bool MayBeAnImage(HttpRequest request) =>
        string.IsNullOrEmpty(request.ContentType)
        || IsEncodedForm(request)
        || TypeOf(request) is { } type
            && (type == "application/octet-stream" || type.StartsWith("image/", StringComparison.OrdinalIgnoreCase));

    private static bool IsEncodedForm(HttpRequest request) =>
        string.Equals(TypeOf(request), "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    private static string? TypeOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType : null;

    private static BadHttpRequestException Refused(HttpRequest request, string problem, int status)
    {
        var address = $"{request.Scheme}://{request.Host}{request.Path}";
        return new(
            $"{problem} Send the bytes of the image as the body: curl --data-binary @image.png {address} - or as a file: "
                + $"curl -F file=@image.png {address}",
            status
        );
    }

    private static async Task<byte[]> All(Stream stream, CancellationToken cancelled)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, cancelled);
        return bytes.ToArray();
    }
}
