using System.Text;

namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// A parsed response head: the positions of the status line and fields in the receive buffer, and the resulting framing. A
/// connection reuses one instance for all its responses.
/// </summary>
internal sealed class ResponseHead
{
    private HeaderField[] _fields = new HeaderField[16];
    private int _count;

    /// <summary>The status code: 100 to 599, or up to 999 for the nonstandard codes of some servers.</summary>
    public int StatusCode { get; set; }

    /// <summary>Indicates whether the response is HTTP/1.0.</summary>
    public bool IsHttp10 { get; set; }

    /// <summary>The position of the reason phrase, which may be empty.</summary>
    public (int Start, int Length) Reason { get; set; }

    /// <summary>The length of the head in bytes, including the empty line.</summary>
    public int Length { get; set; }

    /// <summary>The value of <c>Content-Length</c>; -1 if it is absent.</summary>
    public long ContentLength { get; private set; }

    /// <summary>Indicates whether <c>Transfer-Encoding: chunked</c> is present.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>Indicates whether the connection can be reused, as far as the head determines it.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>
    /// Indicates whether a body is announced for a status that has none (RFC 9112 section 6.3, RFC 9110 section 15.3.6). The
    /// response ends without it, but the server may send one, which would be read as the next response.
    /// </summary>
    private bool AnnouncesForbiddenBody => StatusCode is 204 or 205 && (IsChunked || ContentLength > 0);

    /// <summary>Indicates whether <c>Connection</c> names fields other than the well-known ones.</summary>
    public bool NamesHopFields { get; private set; }

    /// <summary>The fields in their order.</summary>
    public ReadOnlySpan<HeaderField> Fields => _fields.AsSpan(0, _count);

    public void Clear()
    {
        _count = 0;
        StatusCode = 0;
        IsHttp10 = false;
        Reason = default;
        Length = 0;
        ContentLength = -1;
        IsChunked = false;
        NamesHopFields = false;
        KeepsAlive = true;
    }

    public void Add(HeaderField field)
    {
        if (_count == _fields.Length)
        {
            Array.Resize(ref _fields, _count * 2);
        }

        _fields[_count++] = field;
    }

    /// <summary>Derives the framing and the persistence of the connection from the fields.</summary>
    /// <exception cref="MalformedResponseException">The fields are contradictory or ambiguous.</exception>
    public void Interpret(ReadOnlySpan<byte> head)
    {
        var closes = false;
        var keepsAlive = false;
        var encodings = 0;
        foreach (var field in Fields)
        {
            var name = field.Name(head);
            switch (name.Length)
            {
                case 10 when Ascii.EqualsIgnoreCase(name, "Connection"u8):
                    ReadConnection(field.Value(head), ref closes, ref keepsAlive);
                    break;
                case 14 when Ascii.EqualsIgnoreCase(name, "Content-Length"u8):
                    // Duplicates are refused even if they agree: a server that sends them is faulty.
                    if (ContentLength >= 0 || !FieldSyntax.TryParseLength(field.Value(head), out var length))
                    {
                        throw new MalformedResponseException("The response has more than one Content-Length, or one that is not a number.");
                    }

                    ContentLength = length;
                    break;
                case 17 when Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8):
                    encodings++;
                    IsChunked = Ascii.EqualsIgnoreCase(field.Value(head), "chunked"u8);
                    break;
            }
        }

        if (encodings > 0 && (encodings > 1 || !IsChunked || ContentLength >= 0 || IsHttp10))
        {
            throw new MalformedResponseException("The response's Transfer-Encoding is not a single 'chunked', or conflicts with Content-Length or HTTP/1.0.");
        }

        KeepsAlive = !closes && (!IsHttp10 || keepsAlive) && !AnnouncesForbiddenBody;
    }

    /// <summary>Determines whether <c>Connection</c> names the field, which then must not be forwarded (RFC 9110 section 7.6.1).</summary>
    public bool IsNamedByConnection(ReadOnlySpan<byte> head, ReadOnlySpan<byte> field)
    {
        foreach (var candidate in Fields)
        {
            if (candidate.NameLength == 10 && Ascii.EqualsIgnoreCase(candidate.Name(head), "Connection"u8))
            {
                var value = candidate.Value(head);
                foreach (var range in value.Split((byte)','))
                {
                    if (Ascii.EqualsIgnoreCase(FieldSyntax.Trim(value[range]), field))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Returns a value that indicates whether the response switches to the given protocol.</summary>
    public bool SwitchesTo(ReadOnlySpan<byte> head, ReadOnlySpan<byte> protocol)
    {
        foreach (var field in Fields)
        {
            if (field.NameLength == 7 && Ascii.EqualsIgnoreCase(field.Name(head), "Upgrade"u8))
            {
                return Ascii.EqualsIgnoreCase(field.Value(head), protocol);
            }
        }

        return false;
    }

    /// <summary>Returns the framing of the body.</summary>
    public BodyFraming Framing(bool isHead) =>
        StatusCode is 204 or 205 or 304 || isHead ? BodyFraming.None
        : IsChunked ? BodyFraming.Chunked
        : ContentLength >= 0 ? BodyFraming.Length
        : BodyFraming.UntilClose;

    private void ReadConnection(ReadOnlySpan<byte> value, ref bool closes, ref bool keepsAlive)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = FieldSyntax.Trim(value[range]);
            if (Ascii.EqualsIgnoreCase(option, "close"u8))
            {
                closes = true;
            }
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
            {
                keepsAlive = true;
            }
            else if (!option.IsEmpty)
            {
                NamesHopFields = true;
            }
        }
    }
}
