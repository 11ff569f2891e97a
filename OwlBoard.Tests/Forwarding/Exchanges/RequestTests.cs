using System.Net.Sockets;
using System.Text;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>Tests of the request that the upstream receives.</summary>
[Trait("Category", "Integration")]
public sealed class RequestTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static readonly string Large = new('x', 1_000_000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "content-length: 3", "abc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n2\r\nbc\r\n0\r\nA: b\r\n\r\n", "transfer-encoding: chunked", "abc")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "content-length: 0", "")]
    [InlineData("DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "content-length: 3", "abc")]
    public async Task Body_arrives_as_it_was_framed(string request, string framing, string body)
    {
        await using var upstream = RawUpstream.Answering(Ok);
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal(200, (await RawClient.AskAsync(app.Address, request)).Status);
        Assert.Equal(200, (await RawClient.AskAsync(app.Address, request)).Status);

        Assert.All(upstream.Requests, received =>
        {
            Assert.Equal(["host: a", framing], received.Fields);
            Assert.Equal(body, received.Body);
        });
        Assert.Equal([1, 1], upstream.Requests.Select(received => received.Connection));
    }

    [Theory]
    [InlineData("Content-Length: 1000000\r\n\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nF4240\r\n", true)]
    public async Task Large_body_arrives_whole_and_its_connection_is_used_again(string framing, bool isChunked)
    {
        await using var upstream = RawUpstream.Answering(Ok);
        await using var app = await ForwardingApp.StartAsync(upstream);

        for (var i = 0; i < 2; i++)
        {
            var response = await RawClient.AskAsync(app.Address, $"POST / HTTP/1.1\r\nHost: a\r\n{framing}{Large}{(isChunked ? "\r\n0\r\n\r\n" : "")}");
            Assert.Equal(200, response.Status);
        }

        Assert.All(upstream.Requests, received => Assert.Equal(Large, received.Body));
        // The response may arrive before the sender has completed; then the connection is not reused.
        Assert.InRange(upstream.Connections.Count, 1, 2);
    }

    /// <summary>The lengths are one below, at and above the sizes of a single send and of the send buffers.</summary>
    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_071)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    public async Task Body_of_any_length_arrives_as_it_was_sent(int length)
    {
        var body = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        await using var upstream = RawUpstream.Answering(Ok);
        await using var app = await ForwardingApp.StartAsync(upstream);

        var withLength = await RawClient.AskAsync(app.Address, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
        var inChunks = await RawClient.AskAsync(
            app.Address, $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{length:X}\r\n{body}\r\n0\r\n\r\n");

        Assert.Equal((200, 200), (withLength.Status, inChunks.Status));
        Assert.Equal([body, body], upstream.Requests.Select(received => received.Body));
    }

    /// <summary>
    /// An HTTP/2 request that states a length and has no body. Forwarded unchanged, the next request on the connection would be
    /// read as its body (HTTP/2 downgrade smuggling).
    /// </summary>
    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task Length_without_a_body_over_http_2_does_not_swallow_the_next_request(string method)
    {
        await using var upstream = RawUpstream.Answering(Ok);
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", app.Http2Address.Port, Token);
        var stream = socket.GetStream();
        byte[] fields = [.. Field(":method", method), .. Field(":scheme", "http"), .. Field(":authority", "a"), .. Field(":path", "/h2"), .. Field("content-length", "40")];
        // Preface, SETTINGS, HEADERS with END_STREAM and END_HEADERS (RFC 9113 section 6).
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, (byte)fields.Length, 1, 5, 0, 0, 0, 1, .. fields], Token);
        // The response or the stream's reset: HEADERS or RST_STREAM of stream 1, GOAWAY, or the end of the connection.
        await ReadFrameAsync(stream, header => header[3] is 7 || (header[3] is 1 or 3 && header[8] == 1));

        var next = await RawClient.AskAsync(app.Address, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal((200, "ok"), (next.Status, next.Body));
        Assert.All(upstream.Requests, received => Assert.True(received.Field("Content-Length") is null or "0", received.Head));
        Assert.Equal("GET /next HTTP/1.1", upstream.Requests.Last().Line);

        static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
    }

    [Fact]
    public async Task Upstream_that_wants_the_body_gets_it_after_its_100()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            Assert.Contains("Expect: 100-continue\r\n", head, StringComparison.Ordinal);
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            var body = await connection.ReadAsync(3);
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{body}");
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        Assert.Equal(100, (await client.ReadResponseAsync()).Status);
        await client.SendAsync("abc");

        Assert.Equal("abc", (await client.ReadResponseAsync()).Body);
    }

    [Fact]
    public async Task Upstream_that_does_not_want_the_body_is_not_sent_it_and_the_client_not_asked_for_it()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
            Assert.Equal(0, await connection.ReadToEndAsync());
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        var response = await client.ReadResponseAsync();

        Assert.Equal((417, "no"), (response.Status, response.Body));
        // The connection cannot be reused: the upstream still expects the body.
        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Fact]
    public async Task Upstream_that_says_nothing_to_the_expectation_gets_the_body_all_the_same()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        await using var app = await ForwardingApp.StartAsync(upstream);

        var client = await RawClient.ConnectAsync(app.Address);
        using (client)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
            Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
        }

        Assert.Equal("abc", upstream.Requests.Single().Body);
    }

    [Theory]
    [InlineData("Content-Length: 6\r\n\r\nabc", "def", "abc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "3\r\ndef\r\n0\r\n\r\n", "0003\r\nabc")]
    public async Task What_has_come_of_a_body_is_sent_on_while_its_client_pauses(string first, string rest, string expected)
    {
        var arrived = new TaskCompletionSource<string>();
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            arrived.SetResult(await connection.ReadAsync(expected.Length));
            await connection.SendAsync(Ok);
            await connection.ReadToEndAsync();
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{first}");

        Assert.Equal(expected, await arrived.Task.WaitAsync(Eventually.DefaultDeadline, Token));
        await client.SendAsync(rest);
        Assert.Equal("ok", (await client.ReadResponseAsync()).Body);
    }

    [Theory]
    [InlineData("reads on")]
    [InlineData("reads no more")]
    [InlineData("closes")]
    public async Task Answer_before_the_body_is_sent_gets_to_the_client_and_the_connection_is_not_used_again(string then)
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            if (connection.Number > 1)
            {
                await connection.SendAsync(Ok);
                return;
            }

            await connection.SendAsync("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
            switch (then)
            {
                case "closes":
                    connection.EndSending();
                    break;
                case "reads no more":
                    // Wait until the proxy closes the connection.
                    await connection.Closed;
                    break;
            }
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", app.Address.Port, Token);
        var stream = client.GetStream();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n"u8.ToArray(), Token);
        var sending = SendAsync(stream);

        var answer = "";
        var buffer = new byte[4096];
        while (!answer.EndsWith("big", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
            Assert.True(count > 0, $"closed after '{answer}'");
            answer += Encoding.ASCII.GetString(buffer, 0, count);
        }

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Equal("ok", (await RawClient.AskAsync(app.Address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Body);
        Assert.Equal(2, upstream.Connections.Count);
        client.Close();
        await sending;

        // The body is larger than all buffers on the path.
        static async Task SendAsync(NetworkStream stream)
        {
            try
            {
                for (var i = 0; i < 200; i++)
                {
                    await stream.WriteAsync(new byte[100_000], Token);
                }
            }
            catch (Exception closed) when (closed is IOException or ObjectDisposedException)
            {
                // The connection was closed before all of the body was sent.
            }
        }
    }

    [Fact]
    public async Task Client_whose_body_ends_early_is_noticed_at_the_upstream()
    {
        await using var upstream = RawUpstream.Start(async connection => await connection.ReadRequestAsync());
        await using var app = await ForwardingApp.StartAsync(upstream);
        using (var client = await RawClient.ConnectAsync(app.Address))
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            await Eventually.IsTrueAsync("the upstream has the request", () => !upstream.Connections.IsEmpty);
        }

        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);
        Assert.Empty(upstream.Requests);
        await Eventually.IsTrueAsync("the exchange has ended", () => !app.Outcomes.IsEmpty);
        Assert.Contains(app.Outcomes.Single(), (ForwarderError[])[ForwarderError.RequestBodyClient, ForwarderError.RequestCanceled]);
    }

    private static async Task ReadFrameAsync(NetworkStream stream, Func<byte[], bool> isLast)
    {
        var header = new byte[9];
        while (await stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token) == 9 && !isLast(header))
        {
            await stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]], Token);
        }
    }
}
