using System.Buffers.Binary;
using System.Text;

namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>
/// Reads the fields of one protobuf message (protobuf.dev/programming-guides/encoding). What does not follow that format is
/// an <see cref="InvalidDataException"/>; it never reads beyond the message.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;
    private int _wireType;

    /// <summary>Goes to the next field; its value must then be read or skipped.</summary>
    /// <returns><see langword="false"/> at the end of the message.</returns>
    public bool TryReadField(out int number)
    {
        number = 0;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadRawVarint();
        number = (int)Math.Min(tag >> 3, int.MaxValue);
        _wireType = (int)(tag & 7);
        return number != 0 ? true : throw new InvalidDataException("A protobuf field has the number 0.");
    }

    public ulong ReadVarint()
    {
        Expect(Varint);
        return ReadRawVarint();
    }

    public ulong ReadFixed64()
    {
        Expect(Fixed64);
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
    }

    public double ReadDouble() => BitConverter.UInt64BitsToDouble(ReadFixed64());

    public ReadOnlySpan<byte> ReadBytes()
    {
        Expect(Delimited);
        return TakeDelimited();
    }

    public ProtoReader ReadMessage() => new(ReadBytes());

    /// <summary>Reads a text, of which no more is kept than the limit says.</summary>
    public string ReadString(int longest)
    {
        var bytes = ReadBytes();
        // A character takes one byte at least, and is not cut in two: what is left of one becomes U+FFFD.
        return bytes.Length <= longest
            ? Encoding.UTF8.GetString(bytes)
            : string.Concat(Encoding.UTF8.GetString(bytes[..longest]), "…");
    }

    /// <summary>Adds the values of a repeated field of 64-bit numbers, which come packed or one by one.</summary>
    public void ReadRepeatedFixed64(List<ulong> values)
    {
        if (_wireType == Fixed64)
        {
            values.Add(ReadFixed64());
            return;
        }

        var packed = ReadBytes();
        if (packed.Length % sizeof(ulong) != 0)
        {
            throw new InvalidDataException("A packed protobuf field ends in the middle of a value.");
        }

        for (; !packed.IsEmpty; packed = packed[sizeof(ulong)..])
        {
            values.Add(BinaryPrimitives.ReadUInt64LittleEndian(packed));
        }
    }

    public void Skip()
    {
        _ = _wireType switch
        {
            Varint => SkipVarint(),
            Fixed64 => Take(sizeof(ulong)),
            Delimited => TakeDelimited(),
            Fixed32 => Take(sizeof(uint)),
            _ => throw new InvalidDataException($"Protobuf has no wire type {_wireType} that is used today."),
        };
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
        {
            throw new InvalidDataException($"A protobuf field has the wire type {_wireType} in place of {wireType}.");
        }
    }

    private ReadOnlySpan<byte> SkipVarint()
    {
        ReadRawVarint();
        return [];
    }

    private ReadOnlySpan<byte> TakeDelimited()
    {
        var length = ReadRawVarint();
        return length <= (ulong)_rest.Length
            ? Take((int)length)
            : throw new InvalidDataException("A protobuf field is longer than its message.");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            throw new InvalidDataException("A protobuf message ends in the middle of a field.");
        }

        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private ulong ReadRawVarint()
    {
        ulong value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("A protobuf number does not end.");
    }
}
