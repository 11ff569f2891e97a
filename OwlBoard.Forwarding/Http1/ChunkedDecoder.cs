namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// Decodes a chunked body (RFC 9112 section 7.1). The decoder stops before the trailers, which are parsed like header fields.
/// </summary>
/// <remarks>
/// Spaces and tabs around a size, and leading zeros, are unambiguous and are skipped: some servers pad their sizes to a fixed
/// width. Line ends are strict, since parsers differ in what they accept.
/// </remarks>
internal struct ChunkedDecoder
{
    /// <summary>The maximum number of ignored bytes in a size line: extensions, white space and leading zeros.</summary>
    private const int MaxIgnoredBytes = 1024;

    private const int MaxSizeDigits = 15;

    private State _state;
    private bool _hasDigit;
    private int _digits;
    private int _ignoredBytes;
    private long _remaining;

    private enum State
    {
        Size,
        SpaceAfterSize,
        Extension,
        SizeLineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        Trailers,
    }

    /// <summary>The number of bytes of the current chunk that are still to come.</summary>
    public readonly long RemainingInChunk => _state == State.Data ? _remaining : 0;

    /// <summary>Indicates whether the last chunk has been read; the trailers follow.</summary>
    public readonly bool IsAtTrailers => _state == State.Trailers;

    /// <summary>Reads up to and including the next run of body bytes.</summary>
    /// <param name="input">The received bytes.</param>
    /// <param name="data">The body bytes at the end of the bytes read; empty if there are none.</param>
    /// <returns>The number of bytes read, including <paramref name="data"/>.</returns>
    /// <exception cref="MalformedResponseException">The chunk framing is malformed.</exception>
    public int Read(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        var position = 0;
        while (position < input.Length && _state != State.Trailers)
        {
            if (_state == State.Data)
            {
                var length = (int)Math.Min(_remaining, input.Length - position);
                data = input.Slice(position, length);
                Advance(length);
                return position + length;
            }

            ReadFraming(input[position++]);
        }

        return position;
    }

    /// <summary>Skips body bytes of the current chunk that were received elsewhere.</summary>
    /// <param name="length">The number of bytes; at most <see cref="RemainingInChunk"/>.</param>
    public void Advance(long length)
    {
        _remaining -= length;
        if (_remaining == 0)
        {
            _state = State.DataCarriageReturn;
        }
    }

    private void ReadFraming(byte next)
    {
        switch (_state)
        {
            case State.Size when HexDigit(next) is >= 0 and var digit:
                _hasDigit = true;
                if (digit == 0 && _digits == 0)
                {
                    Ignore();
                }
                else if (++_digits > MaxSizeDigits)
                {
                    throw Malformed();
                }

                _remaining = (_remaining << 4) | (uint)digit;
                break;
            case State.Size or State.SpaceAfterSize when next is (byte)' ' or (byte)'\t':
                Ignore();
                _state = _hasDigit ? State.SpaceAfterSize : State.Size;
                break;
            case State.Size or State.SpaceAfterSize when _hasDigit && next == '\r':
            case State.Extension when next == '\r':
                _state = State.SizeLineFeed;
                break;
            case State.Size or State.SpaceAfterSize when _hasDigit && next == ';':
                _state = State.Extension;
                break;
            case State.Extension when (next >= ' ' && next != 0x7F) || next == '\t':
                Ignore();
                break;
            case State.SizeLineFeed when next == '\n':
                _state = _remaining == 0 ? State.Trailers : State.Data;
                _hasDigit = false;
                _digits = 0;
                _ignoredBytes = 0;
                break;
            case State.DataCarriageReturn when next == '\r':
                _state = State.DataLineFeed;
                break;
            case State.DataLineFeed when next == '\n':
                _state = State.Size;
                break;
            default:
                throw Malformed();
        }
    }

    private void Ignore()
    {
        if (++_ignoredBytes > MaxIgnoredBytes)
        {
            throw Malformed();
        }
    }

    private static int HexDigit(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        _ => -1,
    };

    private static MalformedResponseException Malformed() => new("The response's chunk framing is malformed.");
}
