using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace OwlBoard.Forwarding.Http1;

/// <summary>Writes a request's head into a connection's buffer, or a rented one where that is too small.</summary>
internal ref struct HeadWriter(byte[] buffer)
{
    private static readonly SearchValues<byte> Breaks = SearchValues.Create("\r\n\0"u8);

    private readonly byte[] _own = buffer;
    private byte[] _buffer = buffer;
    private int _length;

    /// <summary>How many bytes have been written.</summary>
    public readonly int Length => _length;

    /// <summary>Where they are.</summary>
    public readonly byte[] Buffer => _buffer;

    /// <summary>Whether the buffer was rented and is to be given back.</summary>
    public readonly bool IsRented => _buffer != _own;

    public void Write(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    /// <summary>Text as Kestrel decoded it: UTF-8 again.</summary>
    /// <exception cref="InvalidOperationException">It has a line break, and would be read as something else.</exception>
    public void Write(ReadOnlySpan<char> text)
    {
        var start = _length;
        Encode(text);
        ThrowIfBroken(start);
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

    /// <summary>Writes <c>name: value</c> and the line's end. Values are bytes, each a character (ISO 8859-1).</summary>
    /// <exception cref="InvalidOperationException">There is a line break in it, or a character that is no byte.</exception>
    public void WriteField(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        var start = _length;
        EncodeBytes(name);
        Write(": "u8);
        EncodeBytes(value);
        ThrowIfBroken(start);
        Write("\r\n"u8);
    }

    /// <summary>Gives the buffer back if it was rented. The last that is done with it.</summary>
    public readonly void Return()
    {
        if (IsRented)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private void Encode(ReadOnlySpan<char> text)
    {
        // Nearly always ASCII, of which each character is a byte.
        var space = Reserve(text.Length);
        if (Ascii.FromUtf16(text, space, out var written) != OperationStatus.Done)
        {
            written = Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
        }

        _length += written;
    }

    private void EncodeBytes(ReadOnlySpan<char> text)
    {
        // Nearly always ASCII, of which each character is a byte.
        var space = Reserve(text.Length);
        if (Ascii.FromUtf16(text, space, out _) != OperationStatus.Done)
        {
            if (text.ContainsAnyExceptInRange('\0', '\u00FF'))
            {
                throw new InvalidOperationException("A request's head cannot be sent: a field in it has a character beyond ISO 8859-1.");
            }

            Encoding.Latin1.GetBytes(text, space);
        }

        _length += text.Length;
    }

    /// <summary>Looks through what was written since: once encoded, that takes half as long, and no other character has such a byte.</summary>
    private readonly void ThrowIfBroken(int start)
    {
        if (_buffer.AsSpan(start, _length - start).ContainsAny(Breaks))
        {
            throw new InvalidOperationException("A request's head cannot be sent: a text in it has a line break.");
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
