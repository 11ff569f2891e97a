using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Forwarding.Fields;

/// <summary>Makes Kestrel read and write fields as opaque bytes, and tell what it would repair.</summary>
public static class RequestFieldEncodings
{
    /// <summary>
    /// The fields that HTTP/2 has and HTTP/1.1 has not (RFC 9113 section 8.3.1, RFC 8441 section 4), which Kestrel counts
    /// among a request's fields.
    /// </summary>
    public const int PseudoFields = 5;

    /// <summary>Those of tokens without the underscore, with which a name is dropped.</summary>
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("!#$%&'*+-.^`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly Func<string, Encoding?> ForRequests = Select;

    private static readonly Func<string, Encoding?> ForResponses = static _ => Encoding.Latin1;

    /// <summary>Applies to all listeners. <see cref="RequestFieldsExtensions.UseRequestFields"/> belongs to it.</summary>
    /// <param name="server">Kestrel's options.</param>
    public static void UseOpaqueFields(this KestrelServerOptions server)
    {
        // By default, a byte beyond ASCII is an error unless it is UTF-8.
        server.RequestHeaderEncodingSelector = ForRequests;
        server.ResponseHeaderEncodingSelector = ForResponses;
    }

    /// <summary>Whether the name is a token without an underscore.</summary>
    internal static bool IsPlain(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(PlainCharacters);

    /// <summary>
    /// Selects how a value is decoded. Called for each field whose value is not that of the connection's last request; by
    /// reference, names that Kestrel knows differ from trailers of the same name, which belong to no head.
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

        RequestHeadNotes.Mark();
        return FieldSyntax.IsToken(name) ? FieldEncoding.Value : RefusedNameEncoding.Instance;
    }
}
