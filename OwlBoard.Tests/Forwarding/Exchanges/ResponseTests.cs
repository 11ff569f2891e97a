using OwlBoard.Tests.LoadBalancer;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>Tests of the response that the client receives, and of the reuse of the upstream's connection.</summary>
[Trait("Category", "Integration")]
public sealed class ResponseTests
{
    private const char Data = '\0';
    private const char ResetStream = '\u0003';
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

    /// <summary>
    /// Bytes after the end of a response are discarded and the connection is closed; the response itself is complete
    /// (RFC 9112 section 6.3).
    /// </summary>
    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, "")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc", 304, "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", 204, "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", 204, "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 204, "")]
    [InlineData("GET", "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 205, "")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc\r\n", 200, "abc")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\r\n", 200, "abc")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 200, "abc")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", 204, "")]
    public async Task Bytes_that_belong_to_no_response_are_dropped_with_their_connection(string method, string reply, int status, string body)
    {
        foreach (var forwarder in new[] { Forwarders.Sockets, Forwarders.Yarp })
        {
            await using var upstream = RawUpstream.Answering(reply, Next);
            await using var app = await ForwardingApp.StartAsync(upstream, forwarder);
            using var client = await RawClient.ConnectAsync(app.Address);

            await client.SendAsync($"{method} /first HTTP/1.1\r\nHost: a\r\n\r\n");
            var first = await client.ReadResponseAsync(withBody: method != "HEAD");
            await client.SendAsync("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
            var second = await client.ReadResponseAsync();

            Assert.Equal((status, body), (first.Status, first.Body));
            Assert.Equal("next", second.Body);
            await Fixtures.Eventually.IsTrueAsync("both exchanges have ended", () => app.Outcomes.Count == 2);
            Assert.Equal([ForwarderError.None, ForwarderError.None], app.Outcomes);
            if (forwarder == Forwarders.Sockets)
            {
                Assert.Equal([1, 2], upstream.Requests.Select(request => request.Connection));
            }
        }
    }

    [Theory]
    [InlineData("2  \r\nab\r\n0\r\n\r\n")]
    [InlineData("2 ;a=b\r\nab\r\n0\r\n\r\n")]
    [InlineData("0000000000000002\r\nab\r\n0000000000000000\r\n\r\n")]
    public async Task Chunk_sizes_with_padding_get_through_and_their_connection_is_used_again(string chunks)
    {
        foreach (var forwarder in new[] { Forwarders.Sockets, Forwarders.Yarp })
        {
            await using var upstream = RawUpstream.Answering($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}", Next);
            await using var app = await ForwardingApp.StartAsync(upstream, forwarder);

            Assert.Equal("ab", (await AskAsync(app)).Body);
            Assert.Equal("next", (await AskAsync(app)).Body);
            Assert.Equal([1, 1], upstream.Requests.Select(request => request.Connection));
        }
    }

    /// <summary>Replies that two readers could parse differently. The rest of each could become the response to another client.</summary>
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0\r\nContent-Length: 3\r\n\r\nabc")]
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

    /// <summary>The head has already been sent: the client receives the bytes so far, and must be able to detect the truncation.</summary>
    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n", "abc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "abc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nBad Trailer: x\r\n\r\n", "abc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc")]
    [InlineData("Content-Length: 10\r\n\r\nabc", "abc")]
    public async Task Body_that_is_malformed_or_ends_early_is_cut_after_what_came_of_it(string rest, string body)
    {
        await using var upstream = RawUpstream.AnsweringOnceEach($"HTTP/1.1 200 OK\r\n{rest}");
        await using var app = await ForwardingApp.StartAsync(upstream);
        for (var i = 0; i < 30; i++)
        {
            using var client = await RawClient.ConnectAsync(app.Address);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            var all = await client.ReadToEndAsync();

            Assert.StartsWith("HTTP/1.1 200 OK\r\n", all, StringComparison.Ordinal);
            Assert.Contains($"\r\n{body}", all, StringComparison.Ordinal);
            Assert.False(all.EndsWith("0\r\n\r\n", StringComparison.Ordinal), all);
        }

        await Fixtures.Eventually.IsTrueAsync("the exchanges have ended", () => app.Outcomes.Count == 30);
        Assert.All(app.Outcomes, outcome => Assert.Equal(ForwarderError.ResponseBodyDestination, outcome));
    }

    [Theory]
    [InlineData("HTTP/1.0", "Connection: keep-alive")]
    [InlineData("HTTP/1.1", "Connection: close")]
    public async Task Client_that_takes_the_end_of_its_connection_for_that_of_the_body_can_tell_a_cut(string version, string field)
    {
        await using var upstream = RawUpstream.AnsweringOnceEach("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync($"GET / {version}\r\nHost: a\r\n{field}\r\n\r\n");
        var (all, isReset) = await client.ReadToEndOrResetAsync();

        Assert.Contains("abc", all, StringComparison.Ordinal);
        Assert.True(isReset || (all.Contains("chunked", StringComparison.Ordinal) && !all.EndsWith("0\r\n\r\n", StringComparison.Ordinal)), all);
    }

    [Fact]
    public async Task Body_that_ends_early_is_cut_after_what_came_of_it_over_HTTP2()
    {
        await using var upstream = RawUpstream.AnsweringOnceEach("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        await using var app = await ForwardingApp.StartAsync(upstream);
        for (var i = 0; i < 30; i++)
        {
            using var client = await RawClient.ConnectAsync(app.Http2Address);
            // The preface, an empty SETTINGS, and a GET of / from the authority "a" in HPACK's static fields (RFC 9113, RFC 7541).
            await client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0\0\0\u0006\u0001\u0005\0\0\0\u0001\u0082\u0086\u0084\u0041\u0001a");
            var body = "";
            (char Type, string Payload) frame;
            do
            {
                frame = await ReadFrameAsync(client);
                body += frame.Type == Data ? frame.Payload : "";
            }
            while (frame.Type != ResetStream);

            Assert.Equal(("abc", "\0\0\0\u0002"), (body, frame.Payload));
        }
    }

    private static async Task<(char Type, string Payload)> ReadFrameAsync(RawClient client)
    {
        var header = await client.ReadAsync(9);
        return (header[3], await client.ReadAsync((header[0] << 16) | (header[1] << 8) | header[2]));
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
