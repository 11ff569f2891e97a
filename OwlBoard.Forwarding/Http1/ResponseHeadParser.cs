namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// Parses a response head strictly (RFC 9112): lines end with CR LF, and folded lines, white space before a colon and control
/// characters are refused. Bytes that one parser reads as one response and another as two must not pass.
/// </summary>
internal static class ResponseHeadParser
{
    /// <summary>The maximum number of fields in a head or in trailers.</summary>
    public const int MaxFields = 256;

    private const int VersionLength = 8;
    private const int ShortestStatusLine = 12;

    /// <summary>Parses a head that begins at the first byte of the buffer.</summary>
    /// <param name="buffer">The bytes received so far.</param>
    /// <param name="head">Receives the parsed head.</param>
    /// <returns><see langword="true"/> if the head is complete; <see langword="false"/> if more bytes are needed.</returns>
    /// <exception cref="MalformedResponseException">The head is malformed or ambiguous.</exception>
    public static bool TryParse(ReadOnlySpan<byte> buffer, ResponseHead head)
    {
        head.Clear();
        var position = 0;
        if (!TryReadLine(buffer, ref position, out var lineStart, out var lineLength))
        {
            ThrowIfNotStatusLine(buffer);
            return false;
        }

        ReadStatusLine(buffer.Slice(lineStart, lineLength), head);
        if (!TryParseFields(buffer, ref position, head))
        {
            return false;
        }

        head.Length = position;
        head.Interpret(buffer);
        return true;
    }

    /// <summary>Parses field lines up to the empty line, of a head or of trailers.</summary>
    /// <returns><see langword="true"/> if the empty line was found; otherwise, <see langword="false"/>.</returns>
    /// <exception cref="MalformedResponseException">A field line is malformed.</exception>
    public static bool TryParseFields(ReadOnlySpan<byte> buffer, ref int position, ResponseHead head)
    {
        while (TryReadLine(buffer, ref position, out var start, out var length))
        {
            if (length == 0)
            {
                return true;
            }

            if (head.Fields.Length == MaxFields)
            {
                throw new MalformedResponseException($"The response has more than {MaxFields} fields.");
            }

            head.Add(ReadField(buffer, start, length));
        }

        return false;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> buffer, ref int position, out int start, out int length)
    {
        start = position;
        length = buffer[position..].IndexOfAny((byte)'\r', (byte)'\n');
        if (length < 0)
        {
            return false;
        }

        var end = position + length;
        if (buffer[end] == '\n')
        {
            throw new MalformedResponseException("A line of the response head ends without a carriage return.");
        }

        if (end + 1 == buffer.Length)
        {
            return false;
        }

        if (buffer[end + 1] != '\n')
        {
            throw new MalformedResponseException("The response head has a carriage return in the middle of a line.");
        }

        position = end + 2;
        return true;
    }

    private static void ReadStatusLine(ReadOnlySpan<byte> line, ResponseHead head)
    {
        ThrowIfNotStatusLine(line);
        // "HTTP/1.1 200", followed by a space and the reason, both of which many servers omit.
        if (line.Length < ShortestStatusLine
            || line[VersionLength - 1] is not ((byte)'0' or (byte)'1')
            || line[VersionLength] != ' '
            || !FieldSyntax.TryParseLength(line.Slice(VersionLength + 1, 3), out var status)
            || status < 100
            || (line.Length > ShortestStatusLine && line[ShortestStatusLine] != ' ')
            || FieldSyntax.HasControl(line))
        {
            throw new MalformedResponseException("The response's status line is malformed.");
        }

        head.StatusCode = (int)status;
        head.IsHttp10 = line[VersionLength - 1] == '0';
        head.Reason = line.Length > ShortestStatusLine + 1 ? (ShortestStatusLine + 1, line.Length - ShortestStatusLine - 1) : default;
    }

    /// <summary>Refuses a response that is not HTTP at its first bytes, because it may never contain a line end.</summary>
    private static void ThrowIfNotStatusLine(ReadOnlySpan<byte> line)
    {
        var start = "HTTP/1."u8;
        var length = Math.Min(line.Length, start.Length);
        if (!line[..length].SequenceEqual(start[..length]))
        {
            throw new MalformedResponseException("The response does not begin with HTTP/1.");
        }
    }

    private static HeaderField ReadField(ReadOnlySpan<byte> buffer, int start, int length)
    {
        var line = buffer.Slice(start, length);
        var colon = line.IndexOf((byte)':');
        // A folded line begins with white space, which is not a token character either.
        if (colon < 0 || !FieldSyntax.IsToken(line[..colon]))
        {
            throw new MalformedResponseException("The response has a malformed field name.");
        }

        var value = line[(colon + 1)..];
        if (FieldSyntax.HasControl(value))
        {
            throw new MalformedResponseException("The response has a field value with a control character.");
        }

        var valueStart = start + colon + 1;
        var leading = value.Length - value.TrimStart(" \t"u8).Length;
        return new HeaderField(start, colon, valueStart + leading, FieldSyntax.Trim(value).Length);
    }
}
