using System.Diagnostics.CodeAnalysis;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// Follows the frames of one direction of a WebSocket (RFC 6455 section 5.2) without looking at their payload, so that
/// a proxy knows where a frame of its own may go in between.
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "Mutable state that is never compared.")]
internal struct FrameTracker
{
    private const int CloseOpcode = 0x8;
    private const int ShortestHeader = 2;

    private int _headerRead;
    private int _headerLength;
    private int _lengthBytes;
    private int _opcode;
    private ulong _payloadLeft;

    /// <summary>Whether the next byte begins a frame.</summary>
    public readonly bool IsAtBoundary => _headerRead == 0;

    /// <summary>Whether a close frame has gone by, after which nothing may follow (RFC 6455 section 5.5.1).</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Goes on by all bytes.</summary>
    /// <returns>How many of the bytes belong to frames that are complete; 0 if none ends here.</returns>
    public int Advance(ReadOnlySpan<byte> bytes)
    {
        var complete = 0;
        for (var position = 0; position < bytes.Length;)
        {
            position += AdvanceToEndOfFrame(bytes[position..]);
            if (IsAtBoundary)
            {
                complete = position;
            }
        }

        return complete;
    }

    /// <summary>Goes on to the end of the frame that is under way or begins, or by all bytes if it ends later.</summary>
    /// <returns>How many bytes that took.</returns>
    public int AdvanceToEndOfFrame(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (position < bytes.Length && (_headerRead < ShortestHeader || _headerRead < _headerLength))
        {
            ReadHeader(bytes[position++]);
        }

        if (_headerRead < ShortestHeader || _headerRead < _headerLength)
        {
            return position;
        }

        var payload = (int)Math.Min(_payloadLeft, (ulong)(bytes.Length - position));
        _payloadLeft -= (ulong)payload;
        if (_payloadLeft == 0)
        {
            IsClosed |= _opcode == CloseOpcode;
            _headerRead = 0;
        }

        return position + payload;
    }

    private void ReadHeader(byte value)
    {
        switch (_headerRead)
        {
            case 0:
                _opcode = value & 0x0F;
                break;
            case 1:
                var length = value & 0x7F;
                _lengthBytes = length switch { 126 => 2, 127 => 8, _ => 0 };
                _payloadLeft = _lengthBytes == 0 ? (ulong)length : 0;
                var maskBytes = (value & 0x80) == 0 ? 0 : 4;
                _headerLength = ShortestHeader + _lengthBytes + maskBytes;
                break;
            default:
                if (_headerRead < ShortestHeader + _lengthBytes)
                {
                    _payloadLeft = (_payloadLeft << 8) | value;
                }

                break;
        }

        _headerRead++;
    }
}
