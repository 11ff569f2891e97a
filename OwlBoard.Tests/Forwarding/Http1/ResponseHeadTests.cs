using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

[Trait("Category", "Unit")]
public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData(200, "Content-Length: 5", false, BodyFraming.Length)]
    [InlineData(200, "Content-Length: 0", false, BodyFraming.Length)]
    [InlineData(200, "Transfer-Encoding: ChunKed", false, BodyFraming.Chunked)]
    [InlineData(200, "A: b", false, BodyFraming.UntilClose)]
    [InlineData(500, "A: b", false, BodyFraming.UntilClose)]
    [InlineData(200, "Content-Length: 5", true, BodyFraming.None)]
    [InlineData(200, "Transfer-Encoding: chunked", true, BodyFraming.None)]
    [InlineData(200, "A: b", true, BodyFraming.None)]
    [InlineData(204, "A: b", false, BodyFraming.None)]
    [InlineData(204, "Content-Length: 0", false, BodyFraming.None)]
    [InlineData(205, "A: b", false, BodyFraming.None)]
    [InlineData(205, "Content-Length: 0", false, BodyFraming.None)]
    [InlineData(304, "Content-Length: 5", false, BodyFraming.None)]
    [InlineData(304, "Transfer-Encoding: chunked", false, BodyFraming.None)]
    public void Body_ends_where_status_method_and_fields_say(int status, string field, bool isHead, object framing) =>
        Assert.Equal((BodyFraming)framing, Parse($"HTTP/1.1 {status} X\r\n{field}\r\n\r\n").Framing(isHead));

    [Theory]
    [InlineData(204, "Content-Length: 1", false)]
    [InlineData(204, "Content-Length: 0", true)]
    [InlineData(204, "Transfer-Encoding: chunked", false)]
    [InlineData(205, "Content-Length: 1", false)]
    [InlineData(205, "Content-Length: 0", true)]
    [InlineData(205, "Transfer-Encoding: chunked", false)]
    [InlineData(304, "Content-Length: 1", true)]
    public void Body_where_none_may_be_is_not_read_and_its_connection_not_kept(int status, string field, bool keepsAlive)
    {
        var head = Parse($"HTTP/1.1 {status} X\r\n{field}\r\n\r\n");

        Assert.Equal((BodyFraming.None, keepsAlive), (head.Framing(isHead: false), head.KeepsAlive));
    }

    [Fact]
    public void Chunks_are_not_for_http_1_0() =>
        Assert.Throws<MalformedResponseException>(() => Parse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));

    [Theory]
    [InlineData("HTTP/1.1", "A: b", true)]
    [InlineData("HTTP/1.1", "Connection: close", false)]
    [InlineData("HTTP/1.1", "Connection: keep-alive", true)]
    [InlineData("HTTP/1.1", "Connection: keep-alive, CLOSE", false)]
    [InlineData("HTTP/1.1", "Connection: ,\t close ,", false)]
    [InlineData("HTTP/1.1", "Connection: keep-alive\r\nconnection: close", false)]
    [InlineData("HTTP/1.1", "Connection: closed", true)]
    [InlineData("HTTP/1.0", "A: b", false)]
    [InlineData("HTTP/1.0", "Connection: Keep-Alive", true)]
    [InlineData("HTTP/1.0", "Connection: keep-alive, close", false)]
    public void Connection_is_kept_as_version_and_field_say(string version, string field, bool keepsAlive) =>
        Assert.Equal(keepsAlive, Parse($"{version} 200 OK\r\n{field}\r\n\r\n").KeepsAlive);

    [Theory]
    [InlineData("Connection: X-Hop", true)]
    [InlineData("Connection: close, \tx-hop", true)]
    [InlineData("Connection: close\r\nConnection: x-hop", true)]
    [InlineData("Connection: X-Hop-Not", false)]
    [InlineData("Connection: close", false)]
    public void Field_that_connection_names_is_known(string field, bool isNamed)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{field}\r\n\r\n");
        var head = ParsedResponse.Parse(bytes)!;

        Assert.Equal(isNamed, head.NamesHopFields && head.IsNamedByConnection(bytes, "X-HOP"u8));
    }

    private static ResponseHead Parse(string text) => ParsedResponse.Parse(text)!;
}
