using System.Buffers.Binary;
using System.Reflection;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace OwlBoard.Forwarding.Http1;

/// <summary>
/// A cache of the names and values that recur in responses (<c>Content-Type</c>, <c>application/json</c>, the date of the
/// current second). Each slot holds the newest entry; entries are immutable, so no lock is needed.
/// </summary>
internal static class HeaderStrings
{
    private const int Slots = 1024;

    /// <summary>The maximum length of a cached text; longer ones rarely recur.</summary>
    private const int MaxLength = 64;

    private static readonly string?[] Table = new string?[Slots];

    /// <summary>The field names that Kestrel knows, as the string instances that it finds without comparing characters.</summary>
    private static readonly string?[] Known = KnownNames();

    /// <summary>Returns a field name as a string, byte for byte.</summary>
    public static string Name(ReadOnlySpan<byte> name) =>
        Known[Hash(name) & (Slots - 1)] is { } known && Ascii.Equals(name, known) ? known : Get(name);

    /// <summary>Returns a text as a string, byte for byte (ISO 8859-1).</summary>
    public static string Get(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return "";
        }

        if (text.Length > MaxLength)
        {
            return Encoding.Latin1.GetString(text);
        }

        ref var slot = ref Table[Hash(text) & (Slots - 1)];
        if (slot is { } known && Ascii.Equals(text, known))
        {
            return known;
        }

        return slot = Encoding.Latin1.GetString(text);
    }

    private static string?[] KnownNames()
    {
        var known = new string?[Slots];
        foreach (var field in typeof(HeaderNames).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (field.GetValue(null) is string name)
            {
                known[Hash(Encoding.Latin1.GetBytes(name)) & (Slots - 1)] = name;
            }
        }

        return known;
    }

    /// <summary>Computes a hash from the first and last bytes, which distinguish most texts; a collision costs one string.</summary>
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        ulong first, last;
        if (text.Length >= sizeof(ulong))
        {
            first = BinaryPrimitives.ReadUInt64LittleEndian(text);
            last = BinaryPrimitives.ReadUInt64LittleEndian(text[^sizeof(ulong)..]);
        }
        else
        {
            first = last = 0;
            foreach (var character in text)
            {
                first = (first << 8) | character;
            }
        }

        var mixed = ((first * 0x9E3779B97F4A7C15) ^ (last * 0xC2B2AE3D27D4EB4F)) + (ulong)text.Length;
        return (uint)(mixed >> 40) ^ (uint)(mixed >> 17);
    }
}
