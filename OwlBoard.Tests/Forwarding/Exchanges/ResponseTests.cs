using OwlBoard.Tests.LoadBalancer;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>What an upstream's bytes become at the client, and whether their connection is used again.</summary>
[Trait("Category", "Integration")]
public sealed class ResponseTests
{
    private const string Next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext";

    [Theory]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrailer-1: x\r\n\r\n", 200, "abcd")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, "")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\nETag: \"a\"\r\n\r\n", 304, "")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 200, "")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, "")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\n\r\n", 200, "")]
    [InlineData("GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc", 200, "abc")]
    [InlineData("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc")]
    public async Task Whole_answer_gets_through_and_its_connection_is_used_again(string method, string reply, int status, string body)
    {
        await using var upstream = RawUpstream.Answering(reply, Next);
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync($"{method} /first HTTP/1.1\r\nHost: a\r\n\r\n");
        var first = await client.ReadResponseAsync(withBody: method != "HEAD");
        await client.SendAsync("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        var second = await client.ReadResponseAsync();

        Assert.Equal((status, body), (first.Status, first.Body));
        Assert.Equal("next", second.Body);
        Assert.Equal([1, 1], upstream.Requests.Select(request => request.Connection));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: x, close\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    public async Task Connection_that_the_upstream_will_close_is_not_used_again(string reply)
    {
        await using var upstream = RawUpstream.Answering(reply, Next);
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal("abc", (await AskAsync(app)).Body);
        Assert.Equal("next", (await AskAsync(app)).Body);

        Assert.Equal([1, 2], upstream.Requests.Select(request => request.Connection));
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nabc")]
    public async Task Answer_that_ends_where_its_connection_does_gets_through(string reply)
    {
        await using var upstream = RawUpstream.AnsweringOnceEach(reply);
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal("abc", (await AskAsync(app)).Body);
        Assert.Equal("abc", (await AskAsync(app)).Body);

        Assert.Equal([1, 2], upstream.Requests.Select(request => request.Connection));
    }

    /// <summary>What two readers could read in two ways. The rest of each would be the answer to the next client's request.</summary>
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6")]
    [InlineData("<html>")]
    public async Task Ambiguous_head_is_502_and_its_connection_closed(string reply)
    {
        await using var upstream = RawUpstream.Answering(reply, Next);
        await using var app = await ForwardingApp.StartAsync(upstream);

        var refused = await AskAsync(app);
        Assert.Equal("next", (await AskAsync(app)).Body);

        Assert.Equal((502, ""), (refused.Status, refused.Body));
        Assert.Equal([ForwarderError.ResponseHeaders, ForwarderError.None], app.Outcomes);
        Assert.Equal([1, 2], upstream.Requests.Select(request => request.Connection));
        await upstream.Connections.First().Closed.WaitAsync(Fixtures.Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(16, 200)]
    [InlineData(17, 502)]
    public async Task Interim_answers_have_a_limit(int count, int status)
    {
        var interim = string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", count));
        await using var upstream = RawUpstream.Answering($"{interim}HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal(status, (await AskAsync(app)).Status);
    }

    [Theory]
    [InlineData(63, 200)]
    [InlineData(65, 502)]
    public async Task Head_has_a_limit_of_64_kibibytes(int kibibytes, int status)
    {
        var fields = string.Concat(Enumerable.Range(0, kibibytes).Select(i => $"X-{i:000}: {new string('x', 1024 - 9)}\r\n"));
        await using var upstream = RawUpstream.Answering($"HTTP/1.1 200 OK\r\n{fields}Content-Length: 3\r\n\r\nabc", Next);
        await using var app = await ForwardingApp.StartAsync(upstream);

        var response = await AskAsync(app);

        Assert.Equal(status, response.Status);
        Assert.Equal("next", (await AskAsync(app)).Body);
        Assert.Equal(status == 200 ? [1, 1] : [1, 2], upstream.Requests.Select(request => request.Connection));
    }

    /// <summary>The head is on its way already: what the client has must not pass for the whole.</summary>
    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nBad Trailer: x\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    [InlineData("Content-Length: 10\r\n\r\nabc")]
    public async Task Body_that_is_malformed_or_ends_early_is_cut_at_the_client_too(string rest)
    {
        await using var upstream = RawUpstream.AnsweringOnceEach($"HTTP/1.1 200 OK\r\n{rest}");
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        var all = await client.ReadToEndAsync();

        Assert.False(all.EndsWith("0\r\n\r\n", StringComparison.Ordinal), all);
        await Fixtures.Eventually.IsTrueAsync("the exchange is over", () => !app.Outcomes.IsEmpty);
        Assert.Equal([ForwarderError.ResponseBodyDestination], app.Outcomes);
    }

    [Fact]
    public async Task Answer_sent_byte_by_byte_is_the_same()
    {
        const string Reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nA: b\r\n\r\n";
        await using var upstream = RawUpstream.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                foreach (var character in Reply)
                {
                    await connection.SendAsync($"{character}");
                }
            }
        });
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal("abcde", (await AskAsync(app)).Body);
        Assert.Equal("abcde", (await AskAsync(app)).Body);
        Assert.Single(upstream.Connections);
    }

    [Fact]
    public async Task Fields_of_the_upstreams_hop_end_here()
    {
        await using var upstream = RawUpstream.Answering(
            "HTTP/1.1 200 Fine\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nUpgrade: h2c\r\nTrailer: A\r\n"
            + "Alt-Svc: h3\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Text: caf\u00E9\r\nContent-Length: 0\r\n\r\n");
        await using var app = await ForwardingApp.StartAsync(upstream);

        var response = await AskAsync(app);

        Assert.Equal(
            ["Content-Length: 0", "Date", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Text: caf\u00E9"],
            response.Headers.Select(field => field.Key == "Date" ? field.Key : $"{field.Key}: {field.Value}").Order(StringComparer.Ordinal));
    }

    private static Task<RawResponse> AskAsync(ForwardingApp app) => RawClient.AskAsync(app.Address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
}
