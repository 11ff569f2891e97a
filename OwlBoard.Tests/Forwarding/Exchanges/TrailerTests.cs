using System.Net;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>Trailers (RFC 9110 section 6.5) are forwarded to clients that accept them.</summary>
[Trait("Category", "Integration")]
public sealed class TrailerTests
{
    private const string Reply =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Checksum: 1\r\nContent-Length: 5\r\nX-Text: caf\u00E9\r\n\r\n";

    private const string Next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";

    [Theory]
    [InlineData("TE: trailers", true)]
    [InlineData("TE: deflate;q=0.5, Trailers", true)]
    [InlineData("TE: deflate", false)]
    [InlineData("X-A: b", false)]
    public async Task Trailers_reach_a_client_that_accepts_them(string field, bool accepts)
    {
        await using var upstream = RawUpstream.Answering(Reply, Next);
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync($"GET /first HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
        var head = await client.ReadResponseAsync(withBody: false);
        var (body, trailers) = await ReadChunksAsync(client);
        await client.SendAsync("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        var second = await client.ReadResponseAsync();

        Assert.Equal((200, "chunked", "abc"), (head.Status, head.Header("Transfer-Encoding"), body));
        // A length in a trailer is too late, and could be mistaken for the body's.
        Assert.Equal(accepts ? ["X-Checksum: 1", "X-Text: caf\u00E9"] : [], trailers);
        Assert.Equal("next", second.Body);
        Assert.Equal([1, 1], upstream.Requests.Select(request => request.Connection));
        Assert.Equal(accepts ? "trailers" : null, upstream.Requests.First().Field("TE"));
        Assert.Equal(accepts ? "TE" : null, upstream.Requests.First().Field("Connection"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(70_000)]
    [InlineData(300_000)]
    public async Task Body_of_any_size_is_framed_for_the_trailers(int size)
    {
        var text = string.Concat(Enumerable.Range(0, size).Select(i => (char)('a' + (i % 23))));
        await using var upstream = RawUpstream.Answering($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n{text}\r\n0\r\nX-A: b\r\n\r\n");
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
        await client.ReadResponseAsync(withBody: false);
        var (body, trailers) = await ReadChunksAsync(client);

        Assert.Equal(text, body);
        Assert.Equal(["X-A: b"], trailers);
    }

    [Fact]
    public async Task Trailers_reach_a_client_over_HTTP2()
    {
        await using var upstream = RawUpstream.Answering(Reply);
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = new HttpClient { BaseAddress = app.Http2Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("abc", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["1"], response.TrailingHeaders.GetValues("X-Checksum"));
    }

    private static async Task<(string Body, List<string> Trailers)> ReadChunksAsync(RawClient client)
    {
        var body = new System.Text.StringBuilder();
        while (Convert.ToInt32(await client.ReadLineAsync(), 16) is > 0 and var size)
        {
            body.Append(await client.ReadAsync(size));
            Assert.Equal("", await client.ReadLineAsync());
        }

        var trailers = new List<string>();
        while (await client.ReadLineAsync() is { Length: > 0 } line)
        {
            trailers.Add(line);
        }

        return (body.ToString(), trailers);
    }
}
