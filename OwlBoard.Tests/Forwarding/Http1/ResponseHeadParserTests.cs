using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

[Trait("Category", "Unit")]
public sealed class ResponseHeadParserTests
{
    private const string Typical =
        "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: application/json\r\nX-Empty:\r\nX-Spaced: \t a b \t \r\nContent-Length: 12\r\n\r\n";

    [Fact]
    public void Head_is_read_with_its_fields_in_their_order()
    {
        var bytes = Encoding.Latin1.GetBytes(Typical + "the body too");

        var head = ParsedResponse.Parse(bytes)!;

        Assert.Equal(200, head.StatusCode);
        Assert.False(head.IsHttp10);
        Assert.Equal("OK", ParsedResponse.Reason(head, bytes));
        Assert.Equal(Typical.Length, head.Length);
        Assert.Equal(12, head.ContentLength);
        Assert.True(head.KeepsAlive);
        Assert.Equal(
            [
                new("Date", "Mon, 01 Jan 2024 00:00:00 GMT"),
                new("Content-Type", "application/json"),
                new("X-Empty", ""),
                new("X-Spaced", "a b"),
                new("Content-Length", "12"),
            ],
            ParsedResponse.Fields(head, bytes));
    }

    [Fact]
    public void Head_that_arrives_byte_by_byte_is_complete_at_its_last_byte_only()
    {
        var bytes = Encoding.Latin1.GetBytes(Typical);
        var head = new ResponseHead();

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(ResponseHeadParser.TryParse(bytes.AsSpan(0, length), head), $"complete after {length} bytes");
        }

        Assert.True(ResponseHeadParser.TryParse(bytes, head));
        Assert.Equal(5, head.Fields.Length);
    }

    [Fact]
    public void Head_object_used_again_knows_nothing_of_the_response_before()
    {
        var head = new ResponseHead();
        Assert.True(ResponseHeadParser.TryParse("HTTP/1.0 404 Gone away\r\nTransfer-EncodinG2: x\r\nConnection: x, close\r\nContent-Length: 7\r\n\r\n"u8, head));

        Assert.True(ResponseHeadParser.TryParse("HTTP/1.1 200\r\n\r\n"u8, head));

        Assert.Equal(
            (200, false, (0, 0), 16, -1L, false, true, false, 0),
            (head.StatusCode, head.IsHttp10, head.Reason, head.Length, head.ContentLength, head.IsChunked, head.KeepsAlive, head.NamesHopFields, head.Fields.Length));
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 200  OK\r\n\r\n", 200, " OK")]
    [InlineData("HTTP/1.0 599 Caf\u00E9\tau lait\r\n\r\n", 599, "Caf\u00E9\tau lait")]
    [InlineData("HTTP/1.1 999 x\r\n\r\n", 999, "x")]
    [InlineData("HTTP/1.1 100 Continue\r\nA:b\r\n\r\n", 100, "Continue")]
    [InlineData("HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ: all token characters\r\n\r\n", 200, "OK")]
    [InlineData("HTTP/1.1 200 OK\r\nA: \u0080\u00FF:\"\\\r\n\r\n", 200, "OK")]
    public void Unusual_heads_are_heads(string text, int status, string reason)
    {
        var head = ParsedResponse.Parse(text)!;

        Assert.Equal(status, head.StatusCode);
        Assert.Equal(reason, ParsedResponse.Reason(head, Encoding.Latin1.GetBytes(text)));
    }

    [Theory]
    [InlineData("two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n")]
    [InlineData("two equal lengths", "Content-Length: 3\r\nContent-Length: 3\r\n")]
    [InlineData("two lengths in one line", "Content-Length: 3, 3\r\n")]
    [InlineData("a length with a sign", "Content-Length: +3\r\n")]
    [InlineData("a negative length", "Content-Length: -3\r\n")]
    [InlineData("an empty length", "Content-Length:\r\n")]
    [InlineData("a hexadecimal length", "Content-Length: 0x3\r\n")]
    [InlineData("a length with a space in it", "Content-Length: 1 2\r\n")]
    [InlineData("a length beyond 64 bits", "Content-Length: 18446744073709551619\r\n")]
    [InlineData("a length of other digits", "Content-Length: \u00B2\r\n")]
    [InlineData("length, then chunked", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("chunked, then length", "Transfer-Encoding: chunked\r\ncontent-length: 3\r\n")]
    [InlineData("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("chunked twice in a line", "Transfer-Encoding: chunked, chunked\r\n")]
    [InlineData("another coding", "Transfer-Encoding: gzip\r\n")]
    [InlineData("another coding and chunked", "Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData("another coding before chunked", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("another coding after chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")]
    [InlineData("an empty coding", "Transfer-Encoding:\r\n")]
    [InlineData("a coding with a parameter", "Transfer-Encoding: chunked;a=b\r\n")]
    [InlineData("a coding that only looks like it", "Transfer-Encoding: xchunked\r\n")]
    [InlineData("a coding in quotes", "Transfer-Encoding: \"chunked\"\r\n")]
    [InlineData("a folded line", "A: b\r\n c\r\n")]
    [InlineData("a folded line with a tab", "A: b\r\n\tContent-Length: 3\r\n")]
    [InlineData("a fold in the first line", " A: b\r\n")]
    [InlineData("a space before the colon", "Content-Length : 3\r\n")]
    [InlineData("a tab before the colon", "Transfer-Encoding\t: chunked\r\n")]
    [InlineData("no colon", "A\r\n")]
    [InlineData("no name", ": b\r\n")]
    [InlineData("a name with a space", "A b: c\r\n")]
    [InlineData("a name beyond ASCII", "\u00C4: b\r\n")]
    [InlineData("a name with a null", "A\0: b\r\n")]
    [InlineData("a null in a value", "A: b\0c\r\n")]
    [InlineData("a vertical tab in a value", "A: b\vc\r\n")]
    [InlineData("an escape in a value", "A: \u001B[2J\r\n")]
    [InlineData("a delete in a value", "A: b\u007F\r\n")]
    [InlineData("a bare line feed", "A: b\nB: c\r\n")]
    [InlineData("a bare carriage return", "A: b\rB: c\r\n")]
    [InlineData("two carriage returns", "A: b\r\r\n")]
    [InlineData("a line feed first", "\nA: b\r\n")]
    public void Head_that_can_be_read_in_two_ways_is_refused(string what, string fields)
    {
        var failure = Record.Exception(() => ParsedResponse.Parse($"HTTP/1.1 200 OK\r\n{fields}\r\n"));

        Assert.True(failure is MalformedResponseException, $"{what}: {failure?.ToString() ?? "accepted"}");
    }

    [Theory]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.10 200 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1\t200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200\tOK\r\n\r\n")]
    [InlineData("HTTP/1.1 +20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2 0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\0K\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\rX\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData(" HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    public void Line_that_is_no_status_line_is_refused(string text) =>
        Assert.Throws<MalformedResponseException>(() => ParsedResponse.Parse(text));

    [Theory]
    [InlineData("S")]
    [InlineData("HTTP/2")]
    [InlineData("\u0015\u0003\u0003")]
    [InlineData("SSH-2.0-OpenSSH")]
    public void Something_else_than_http_is_refused_before_a_line_ends(string text) =>
        Assert.Throws<MalformedResponseException>(() => ParsedResponse.Parse(text));

    [Fact]
    public void Number_of_fields_has_a_limit()
    {
        var most = string.Concat(Enumerable.Repeat("A: b\r\n", ResponseHeadParser.MaxFields));

        Assert.Equal(ResponseHeadParser.MaxFields, ParsedResponse.Parse($"HTTP/1.1 200 OK\r\n{most}\r\n")!.Fields.Length);
        // The head is rejected at the limit, not at its end.
        Assert.Throws<MalformedResponseException>(() => ParsedResponse.Parse($"HTTP/1.1 200 OK\r\n{most}A: b\r\n"));
    }
}
