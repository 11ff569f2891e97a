using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>Makes Kestrel read and write field values as opaque bytes, and records what Kestrel would silently repair.</summary>
public static class RequestFieldEncodings
{
    /// <summary>
    /// The number of HTTP/2 pseudo-header fields (RFC 9113 section 8.3.1, RFC 8441 section 4), which Kestrel counts as fields.
    /// </summary>
    public const int PseudoFields = 5;

    /// <summary>The token characters except the underscore; fields with an underscore in their name are dropped.</summary>
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("!#$%&'*+-.^`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly Func<string, Encoding?> ForRequests = Select;

    private static readonly Func<string, Encoding?> ForResponses = static _ => Encoding.Latin1;

    /// <summary>
    /// Configures the encodings of all listeners. Use together with <see cref="RequestFieldsExtensions.UseRequestFields"/>.
    /// </summary>
    /// <param name="server">Kestrel's options.</param>
    public static void UseOpaqueFields(this KestrelServerOptions server)
    {
        // By default, non-ASCII bytes are an error unless they are UTF-8.
        server.RequestHeaderEncodingSelector = ForRequests;
        server.ResponseHeaderEncodingSelector = ForResponses;
    }

    /// <summary>Returns a value that indicates whether a name is a token without an underscore.</summary>
    internal static bool IsPlain(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(PlainCharacters);

    /// <summary>
    /// Selects the encoding of a value. Called for each field whose value differs from that in the connection's previous
    /// request. Known names are compared by reference, which distinguishes them from trailers of the same name.
    /// </summary>
    private static Encoding Select(string name)
    {
        if (ReferenceEquals(name, HeaderNames.ContentLength))
        {
            return LengthEncoding.Instance;
        }

        if (ReferenceEquals(name, HeaderNames.Connection))
        {
            return ConnectionFieldEncoding.Instance;
        }

        if (IsPlain(name))
        {
            return FieldEncoding.Value;
        }

        if (name is [':', ..])
        {
            return FieldEncoding.PseudoField;
        }

        RequestHeadFindings.Mark();
        return FieldSyntax.IsToken(name) ? FieldEncoding.Value : RefusedNameEncoding.Instance;
    }
}
