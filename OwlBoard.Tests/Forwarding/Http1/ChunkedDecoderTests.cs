using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

[Trait("Category", "Unit")]
public sealed class ChunkedDecoderTests
{
    private const string Typical = "5\r\nhello\r\n006;a=b; c=\"d\"\r\n world\r\nA;\tx\r\n0123456789\r\n0;last\r\n";

    [Fact]
    public void Body_split_at_any_two_bytes_is_the_same()
    {
        var bytes = Encoding.ASCII.GetBytes(Typical + "Trailer: x\r\n\r\n");

        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var body = new StringBuilder();
                Assert.Equal(Typical.Length, ParsedResponse.Decode(ParsedResponse.Split(bytes, first, second), body));
                Assert.Equal("hello world0123456789", body.ToString());
            }
        }
    }

    [Fact]
    public void Data_received_elsewhere_counts()
    {
        var decoder = default(ChunkedDecoder);
        Assert.Equal(4, decoder.Read("10\r\n"u8, out var data));
        Assert.True(data.IsEmpty);
        Assert.Equal(16, decoder.RemainingInChunk);

        decoder.Advance(15);
        Assert.Equal(1, decoder.RemainingInChunk);
        decoder.Advance(1);

        Assert.Equal(0, decoder.RemainingInChunk);
        Assert.Equal(5, decoder.Read("\r\n0\r\nTrailer"u8, out _));
        Assert.True(decoder.IsAtTrailers);
    }

    [Theory]
    [InlineData("no size", "\r\n")]
    [InlineData("no number", "x\r\n")]
    [InlineData("a negative size", "-1\r\n")]
    [InlineData("a size with a sign", "+1\r\n")]
    [InlineData("a size with a prefix", "0x1\r\nA\r\n0\r\n")]
    [InlineData("a space and no size", " \r\n")]
    [InlineData("a size in two parts", "1 0\r\n")]
    [InlineData("text after a space", "1 a\r\n")]
    [InlineData("a size beyond 64 bits", "10000000000000000\r\n")]
    [InlineData("a size of 63 bits", "7FFFFFFFFFFFFFFF\r\n")]
    [InlineData("an underscore", "1_0\r\n")]
    [InlineData("a digit that is none", "\u00B2\r\n")]
    [InlineData("a bare line feed after the size", "1\nA\r\n0\r\n")]
    [InlineData("a bare carriage return after the size", "1\rA\r\n0\r\n")]
    [InlineData("more data than the size", "1\r\nAB\r\n0\r\n")]
    [InlineData("no line end after the data", "1\r\nA0\r\n")]
    [InlineData("a bare line feed after the data", "1\r\nA\n0\r\n")]
    [InlineData("a carriage return too many", "1\r\nA\r\r\n0\r\n")]
    [InlineData("an empty line between chunks", "1\r\nA\r\n\r\n0\r\n")]
    [InlineData("a bare line feed in an extension", "1;a\nb\r\nA\r\n0\r\n")]
    [InlineData("a bare carriage return in an extension", "1;a\rb\r\nA\r\n0\r\n")]
    [InlineData("a null in an extension", "1;a\0b\r\nA\r\n0\r\n")]
    [InlineData("a delete in an extension", "1;a\u007Fb\r\nA\r\n0\r\n")]
    [InlineData("an extension without a size", ";a\r\n")]
    public void Malformed_chunk_is_refused_however_it_is_split(string what, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var failure = Record.Exception(() => ParsedResponse.Decode(ParsedResponse.Split(bytes, split), new StringBuilder()));
            Assert.True(failure is MalformedResponseException, $"{what}, split at {split}: {failure?.ToString() ?? "accepted"}");
        }
    }

    [Theory]
    [InlineData("1  \r\nA\r\n0\r\n")]
    [InlineData("1\t\r\nA\r\n0 \r\n")]
    [InlineData("1 ;a=b\r\nA\r\n0\t;c\r\n")]
    [InlineData(" 1\r\nA\r\n\t0\r\n")]
    [InlineData("0000000000000001\r\nA\r\n0000000000000000\r\n")]
    [InlineData("00000000000000000000000000000001\r\nA\r\n0\r\n")]
    public void Padded_size_is_taken_however_it_is_split(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var body = new StringBuilder();
            Assert.Equal(bytes.Length, ParsedResponse.Decode(ParsedResponse.Split(bytes, split), body));
            Assert.Equal("A", body.ToString());
        }
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('0')]
    public void Padding_of_one_size_has_a_limit(char padding)
    {
        var body = new StringBuilder();
        ParsedResponse.Decode([Encoding.ASCII.GetBytes($"{new string(padding, 1024)}1\r\nA\r\n")], body);
        Assert.Equal("A", body.ToString());
        Assert.Throws<MalformedResponseException>(() => ParsedResponse.Decode([Encoding.ASCII.GetBytes(new string(padding, 1025))], new StringBuilder()));
    }

    [Fact]
    public void Extensions_of_one_chunk_have_a_limit_but_not_those_of_all_together()
    {
        var most = $"1;{new string('x', 1024)}\r\nA\r\n";
        var body = new StringBuilder();

        Assert.NotNull(Decode($"{most}{most}{most}0\r\n"));
        Assert.Equal("AAA", body.ToString());
        Assert.Throws<MalformedResponseException>(() => Decode($"1;{new string('x', 1025)}"));

        int? Decode(string text) => ParsedResponse.Decode([Encoding.ASCII.GetBytes(text)], body);
    }

    [Fact]
    public void Largest_size_is_taken_and_none_overflows()
    {
        var decoder = default(ChunkedDecoder);

        decoder.Read("FFFFFFFFFFFFFFF\r\n"u8, out _);

        Assert.Equal(0xFFFFFFFFFFFFFFF, decoder.RemainingInChunk);
    }
}
