using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace OwlBoard.Forwarding.Http1;

/// <summary>Writes a request head into a connection's buffer, or into a rented one if that is too small.</summary>
internal ref struct HeadWriter(byte[] buffer)
{
    private static readonly SearchValues<byte> Breaks = SearchValues.Create("\r\n\0"u8);

    private readonly byte[] _own = buffer;
    private byte[] _buffer = buffer;
    private int _length;

    /// <summary>The number of bytes written.</summary>
    public readonly int Length => _length;

    /// <summary>The buffer that holds the written bytes.</summary>
    public readonly byte[] Buffer => _buffer;

    /// <summary>Indicates whether the buffer was rented and must be returned.</summary>
    public readonly bool IsRented => _buffer != _own;

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    /// <summary>Writes text that Kestrel decoded from UTF-8, encoded as UTF-8 again.</summary>
    /// <exception cref="InvalidOperationException">The text contains a line break, which would change the meaning of the head.</exception>
    public void Write(ReadOnlySpan<char> text)
    {
        var start = _length;
        Encode(text);
        ThrowIfLineBreak(start);
    }

    public void Write(byte character)
    {
        Reserve(1)[0] = character;
        _length++;
    }

    public void WriteNumber(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var written);
        _length += written;
    }

    /// <summary>Writes <c>name: value</c> and CRLF. Each character of a value is a byte (ISO 8859-1).</summary>
    /// <exception cref="InvalidOperationException">The field contains a line break, or a character outside ISO 8859-1.</exception>
    public void WriteField(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        var start = _length;
        EncodeBytes(name);
        Write(": "u8);
        EncodeBytes(value);
        ThrowIfLineBreak(start);
        Write("\r\n"u8);
    }

    /// <summary>Returns the buffer if it was rented. The writer must not be used afterwards.</summary>
    public readonly void Return()
    {
        if (IsRented)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private void Encode(ReadOnlySpan<char> text)
    {
        // Nearly all text is ASCII, one byte per character.
        var space = Reserve(text.Length);
        if (Ascii.FromUtf16(text, space, out var written) != OperationStatus.Done)
        {
            written = Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
        }

        _length += written;
    }

    private void EncodeBytes(ReadOnlySpan<char> text)
    {
        // Nearly all text is ASCII, one byte per character.
        var space = Reserve(text.Length);
        if (Ascii.FromUtf16(text, space, out _) != OperationStatus.Done)
        {
            if (text.ContainsAnyExceptInRange('\0', '\u00FF'))
            {
                throw new InvalidOperationException("The request head cannot be sent: a field contains a character outside ISO 8859-1.");
            }

            Encoding.Latin1.GetBytes(text, space);
        }

        _length += text.Length;
    }

    /// <summary>
    /// Checks the bytes written since <paramref name="start"/> for line breaks. Checking the encoded bytes takes half as
    /// long, and no other character is encoded with these bytes.
    /// </summary>
    private readonly void ThrowIfLineBreak(int start)
    {
        if (_buffer.AsSpan(start, _length - start).ContainsAny(Breaks))
        {
            throw new InvalidOperationException("The request head cannot be sent: it contains a line break or a NUL.");
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Grow(count);
        }

        return _buffer.AsSpan(_length);
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        Return();
        _buffer = larger;
    }
}
