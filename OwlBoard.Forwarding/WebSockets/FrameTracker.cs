using System.Diagnostics.CodeAnalysis;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// Tracks the frames in one direction of a WebSocket (RFC 6455 section 5.2) without reading their payload, so that the proxy
/// can insert its own frames between them.
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

    /// <summary>Indicates whether the next byte begins a frame.</summary>
    public readonly bool IsAtBoundary => _headerRead == 0;

    /// <summary>Indicates whether a close frame has passed, after which no frame may follow (RFC 6455 section 5.5.1).</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Advances past all bytes.</summary>
    /// <returns>The number of bytes that belong to complete frames; 0 if no frame ends here.</returns>
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

    /// <summary>Advances to the end of the current or next frame, or past all bytes if it ends later.</summary>
    /// <returns>The number of bytes advanced.</returns>
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
