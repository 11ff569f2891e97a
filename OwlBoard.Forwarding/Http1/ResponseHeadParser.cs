namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// Reads a response's head strictly (RFC 9112): lines end with CR LF, no folded lines, no space before a colon, no control
/// characters. What one reader takes for one response and another for two must not get past.
/// </summary>
internal static class ResponseHeadParser
{
    /// <summary>The most fields that a head or trailers may have.</summary>
    public const int MaxFields = 256;

    private const int VersionLength = 8;
    private const int ShortestStatusLine = 12;

    /// <summary>Reads a head that begins at the buffer's first byte.</summary>
    /// <param name="buffer">What has been received so far.</param>
    /// <param name="head">Filled when the whole head is there.</param>
    /// <returns>Whether it is; otherwise more has to be received, and the same be called again.</returns>
    /// <exception cref="MalformedResponseException">It is not a head, or not one that can be read in only one way.</exception>
    public static bool TryParse(ReadOnlySpan<byte> buffer, ResponseHead head)
    {
        head.Clear();
        var position = 0;
        if (!TryReadLine(buffer, ref position, out var lineStart, out var lineLength))
        {
            RefuseUnlikeStatusLine(buffer);
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

    /// <summary>Reads field lines and the empty line after them: a head's, or trailers.</summary>
    /// <returns>Whether the empty line is there.</returns>
    /// <exception cref="MalformedResponseException">A line is no field.</exception>
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
            throw new MalformedResponseException("A line of the response's head ends without a carriage return.");
        }

        if (end + 1 == buffer.Length)
        {
            return false;
        }

        if (buffer[end + 1] != '\n')
        {
            throw new MalformedResponseException("The response's head has a carriage return in the middle of a line.");
        }

        position = end + 2;
        return true;
    }

    private static void ReadStatusLine(ReadOnlySpan<byte> line, ResponseHead head)
    {
        RefuseUnlikeStatusLine(line);
        // "HTTP/1.1 200", then a space and the reason, which many servers leave out together with its space.
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

    /// <summary>Something else than HTTP is refused at its first bytes: it may never send the end of a line.</summary>
    private static void RefuseUnlikeStatusLine(ReadOnlySpan<byte> line)
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
        // A folded line begins with a space, which is no token either.
        if (colon < 0 || !FieldSyntax.IsToken(line[..colon]))
        {
            throw new MalformedResponseException("A field name of the response is malformed.");
        }

        var value = line[(colon + 1)..];
        if (FieldSyntax.HasControl(value))
        {
            throw new MalformedResponseException("A field value of the response has a control character.");
        }

        var valueStart = start + colon + 1;
        var leading = value.Length - value.TrimStart(" \t"u8).Length;
        return new HeaderField(start, colon, valueStart + leading, FieldSyntax.Trim(value).Length);
    }
}
