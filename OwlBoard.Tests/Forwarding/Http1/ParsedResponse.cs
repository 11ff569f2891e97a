using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>The parser under test, with its results as text.</summary>
internal static class ParsedResponse
{
    /// <summary>Parses a head; returns <see langword="null"/> if it is not complete.</summary>
    public static ResponseHead? Parse(string text) => Parse(Encoding.Latin1.GetBytes(text));

    public static ResponseHead? Parse(ReadOnlySpan<byte> bytes)
    {
        var head = new ResponseHead();
        return ResponseHeadParser.TryParse(bytes, head) ? head : null;
    }

    public static List<KeyValuePair<string, string>> Fields(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var field in head.Fields)
        {
            fields.Add(new(Encoding.Latin1.GetString(field.Name(bytes)), Encoding.Latin1.GetString(field.Value(bytes))));
        }

        return fields;
    }

    public static string Reason(ResponseHead head, ReadOnlySpan<byte> bytes) =>
        Encoding.Latin1.GetString(bytes.Slice(head.Reason.Start, head.Reason.Length));

    /// <summary>Decodes a chunked body that arrives in pieces.</summary>
    /// <param name="pieces">The pieces, in order.</param>
    /// <param name="body">The decoded data, including the data before a malformed chunk.</param>
    /// <returns>The number of bytes before the trailers; <see langword="null"/> if the trailers have not begun.</returns>
    public static int? Decode(IEnumerable<ReadOnlyMemory<byte>> pieces, StringBuilder body)
    {
        var decoder = default(ChunkedDecoder);
        var taken = 0;
        foreach (var piece in pieces)
        {
            var rest = piece.Span;
            while (!rest.IsEmpty && !decoder.IsAtTrailers)
            {
                var read = decoder.Read(rest, out var data);
                Assert.True(read > 0, "The decoder made no progress.");
                body.Append(Encoding.Latin1.GetString(data));
                rest = rest[read..];
                taken += read;
            }
        }

        return decoder.IsAtTrailers ? taken : null;
    }

    /// <summary>Splits the bytes at the given positions.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(byte[] bytes, params int[] ends)
    {
        var start = 0;
        foreach (var end in ends.Append(bytes.Length))
        {
            yield return bytes.AsMemory(start, end - start);
            start = end;
        }
    }
}
