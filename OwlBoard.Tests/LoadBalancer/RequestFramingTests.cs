using Microsoft.AspNetCore.Http;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Requests whose end two servers could parse differently must not be forwarded (RFC 9112 section 11.2).</summary>
[Trait("Category", "Integration")]
public sealed class RequestFramingTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await FakeGateway.StartAsync("gw-1");
        _gateway.Answer = async context =>
        {
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await context.Response.WriteAsync($"got '{body}'");
        };
    }

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData("two codings in two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("two codings in one line", "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("another coding first", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("another coding in a line of its own", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("another coding last", "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n")]
    [InlineData("identity", "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("an unknown coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("an empty coding", "Transfer-Encoding: \r\n\r\n0\r\n\r\n")]
    [InlineData("an empty coding and a length", "Transfer-Encoding: \r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("a parameter", "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n")]
    [InlineData("length, then coding", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("coding, then length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("a space before the colon", "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("a folded line", "X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("two equal lengths", "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("a list of lengths", "Content-Length: 3, 3\r\n\r\nabc")]
    [InlineData("a length with a sign", "Content-Length: +3\r\n\r\nabc")]
    [InlineData("a control character in a name", "Content-Length: 3\r\nX\u0001Content-Length: 5\r\n\r\nabc")]
    [InlineData("a negative length", "Content-Length: -3\r\n\r\nabc")]
    [InlineData("a hexadecimal length", "Content-Length: 0x3\r\n\r\nabc")]
    [InlineData("a length beyond 64 bits", "Content-Length: 18446744073709551619\r\n\r\nabc")]
    [InlineData("a bare carriage return", "X-A: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("a null byte", "X-A: b\0c\r\nContent-Length: 0\r\n\r\n")]
    public async Task An_ambiguous_head_is_refused_and_the_connection_closed(string what, string rest)
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{rest}GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
        var all = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 ", all, StringComparison.Ordinal);
        Assert.True(_gateway.Received.IsEmpty, what);
        Assert.Equal(1, all.Split("HTTP/1.1 ").Length - 1);
    }

    [Fact]
    public async Task Chunks_are_not_for_http_1_0()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

        Assert.Equal(400, response.Status);
        Assert.Empty(_gateway.Received);
    }

    [Theory]
    [InlineData("no number", "x\r\nabc\r\n0\r\n\r\n")]
    [InlineData("a negative size", "-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("a size with prefix", "0x3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("a size beyond 64 bits", "FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n")]
    [InlineData("more data than the size", "3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("no line end after the data", "3\r\nabc0\r\n\r\n")]
    [InlineData("a bare line feed after the size", "3\nabc\r\n0\r\n\r\n")]
    [InlineData("a bare line feed in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("an empty size", "\r\nabc\r\n0\r\n\r\n")]
    public async Task A_bad_chunk_does_not_get_through(string what, string body)
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        var finished = 0;
        _gateway.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            Interlocked.Increment(ref finished);
        };
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{body}GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
        var all = await client.ReadToEndAsync();

        Assert.True(all.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{what}: {all}");
        Assert.Contains("application/problem+json", all, StringComparison.Ordinal);
        Assert.Equal(1, all.Split("HTTP/1.1 ").Length - 1);
        Assert.Equal(0, finished);
        Assert.DoesNotContain(_gateway.Received, request => request.Target == "/hidden");
        Assert.Equal(0, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    [Fact]
    public async Task Chunk_extensions_stay_here()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var response = await RawClient.AskAsync(
            loadBalancer.Desktop, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

        Assert.Equal(200, response.Status);
        Assert.Equal("got 'abcde'", response.Body);
    }

    [Fact]
    public async Task A_length_with_leading_zeros_is_passed_on_without_them()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 003\r\n\r\nabc");

        Assert.Equal("got 'abc'", response.Body);
        Assert.True(_gateway.Received.TryDequeue(out var received));
        Assert.Equal("3", received.Header("Content-Length"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("G\u0001T / HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_malformed_head_is_refused(string head)
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, head);

        Assert.Equal(400, response.Status);
        Assert.Equal("close", response.Header("Connection"));
        Assert.Null(response.Header("Server"));
        Assert.Empty(_gateway.Received);
    }
}
