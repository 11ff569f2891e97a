using System.Text;

namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// A response's status line and fields, as places in the buffer that they were received into, and what follows from
/// them. Used again for each response of a connection.
/// </summary>
internal sealed class ResponseHead
{
    private HeaderField[] _fields = new HeaderField[16];
    private int _count;

    /// <summary>The status code: 100 to 599, or up to 999 as some servers invent.</summary>
    public int StatusCode { get; set; }

    /// <summary>Whether the server speaks HTTP/1.0.</summary>
    public bool IsHttp10 { get; set; }

    /// <summary>Where the reason phrase is; it may be empty.</summary>
    public (int Start, int Length) Reason { get; set; }

    /// <summary>How many bytes the head has, with the empty line.</summary>
    public int Length { get; set; }

    /// <summary>What <c>Content-Length</c> says; -1 without one.</summary>
    public long ContentLength { get; private set; }

    /// <summary>Whether <c>Transfer-Encoding: chunked</c> is there.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>Whether the connection can serve another request afterwards, as far as the head says.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>
    /// Whether a body is announced where there is none (RFC 9112 section 6.3, RFC 9110 section 15.3.6). The response is
    /// complete without it, but a server that says so may send one, and the next response would not be found behind it.
    /// </summary>
    private bool AnnouncesForbiddenBody => StatusCode is 204 or 205 && (IsChunked || ContentLength > 0);

    /// <summary>Whether <c>Connection</c> names fields beyond the well-known ones.</summary>
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

    /// <summary>Takes from the fields what they say of the body and the connection.</summary>
    /// <exception cref="MalformedResponseException">They contradict each other, or can be read in two ways.</exception>
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
                    // Two of them may even agree: whoever sends that does not know what it sends.
                    if (ContentLength >= 0 || !FieldSyntax.TryParseLength(field.Value(head), out var length))
                    {
                        throw new MalformedResponseException("The response has more than one length, or one that is no number.");
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
            throw new MalformedResponseException("The response's Transfer-Encoding is not a single 'chunked', or contradicts the rest.");
        }

        KeepsAlive = !closes && (!IsHttp10 || keepsAlive) && !AnnouncesForbiddenBody;
    }

    /// <summary>Whether <c>Connection</c> names the field: then it ends at this hop (RFC 9110 section 7.6.1).</summary>
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

    /// <summary>Whether the connection now speaks the given protocol.</summary>
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

    /// <summary>How the body of the response to a request with this method ends.</summary>
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
