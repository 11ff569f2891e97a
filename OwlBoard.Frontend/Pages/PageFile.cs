using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace OwlBoard.Frontend.Pages;

/// <summary>A file of the page with its identity, gzip and brotli encodings, each created once at start.</summary>
internal sealed class PageFile
{
    private readonly (string Name, byte[] Content, EntityTagHeaderValue Tag)[] _encodings;

    public PageFile(string contentType, byte[] content)
    {
        ContentType = contentType;
        Hash = Convert.ToHexStringLower(SHA256.HashData(content))[..16];
        // PNG is already compressed.
        _encodings = contentType == "image/png"
            ? [Encoded("", content)]
            : [
                Encoded("br", Compress(content, output => new BrotliStream(output, CompressionLevel.SmallestSize))),
                Encoded("gzip", Compress(content, output => new GZipStream(output, CompressionLevel.SmallestSize))),
                Encoded("", content),
            ];

        // RFC 9110 section 8.8.3: each encoding is a representation of its own, with its own strong tag.
        (string, byte[], EntityTagHeaderValue) Encoded(string name, byte[] bytes) =>
            (name, bytes, new EntityTagHeaderValue($"\"{Hash}{name}\""));
    }

    public string ContentType { get; }

    /// <summary>The hash of the content, used in addresses.</summary>
    public string Hash { get; }

    /// <summary>Returns the smallest encoding that the client accepts, or 304 if the client has it.</summary>
    public IResult Answer(HttpContext context, string cacheControl)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = cacheControl;
        headers.Vary = HeaderNames.AcceptEncoding;
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        var (name, content, tag) = _encodings.First(encoding => encoding.Name.Length == 0
            || accepted.Any(one => one.Value.Equals(encoding.Name, StringComparison.OrdinalIgnoreCase) && one.Quality is not 0));
        if (name.Length > 0)
        {
            headers.ContentEncoding = name;
        }

        return Results.Bytes(content, ContentType, entityTag: tag);
    }

    private static byte[] Compress(byte[] content, Func<Stream, Stream> compressor)
    {
        using var output = new MemoryStream();
        using (var stream = compressor(output))
        {
            stream.Write(content);
        }

        return output.ToArray();
    }
}
