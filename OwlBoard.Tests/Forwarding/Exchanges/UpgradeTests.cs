using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Tests.Forwarding.Exchanges;

[Trait("Category", "Integration")]
public sealed class UpgradeTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
    private const string Accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Accept: y\r\n\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_directly_behind_the_101_and_all_after_them_get_through_both_ways()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            Assert.Contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", head, StringComparison.Ordinal);
            await connection.SendAsync($"{Accepted}hello");
            await connection.SendAsync(await connection.ReadAsync(5));
            connection.EndSending();
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);

        await client.SendAsync(Request);
        var response = await client.ReadResponseAsync();
        Assert.Equal("hello", await client.ReadAsync(5));
        await client.SendAsync("world");

        Assert.Equal(101, response.Status);
        Assert.Equal("y", response.Header("Sec-WebSocket-Accept"));
        Assert.Equal("world", await client.ReadToEndAsync());
        await Eventually.IsTrueAsync("the exchange has ended", () => !app.Outcomes.IsEmpty);
        Assert.Equal([ForwarderError.None], app.Outcomes);
    }

    [Fact]
    public async Task Upgrade_that_the_upstream_declines_is_an_ordinary_answer()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        await using var app = await ForwardingApp.StartAsync(upstream);

        var first = await RawClient.AskAsync(app.Address, Request);
        var second = await RawClient.AskAsync(app.Address, Request);

        Assert.Equal((403, "no"), (first.Status, first.Body));
        Assert.Equal((403, "no"), (second.Status, second.Body));
        Assert.Single(upstream.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    public async Task Switch_to_another_protocol_than_asked_for_is_502(string reply)
    {
        await using var upstream = RawUpstream.Answering(reply);
        await using var app = await ForwardingApp.StartAsync(upstream);

        Assert.Equal(502, (await RawClient.AskAsync(app.Address, Request)).Status);

        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Side_that_goes_away_takes_the_other_along(bool isClient)
    {
        var goes = new TaskCompletionSource();
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Accepted);
            await goes.Task;
            if (!isClient)
            {
                connection.Reset();
            }
        });
        await using var app = await ForwardingApp.StartAsync(upstream);
        using var client = await RawClient.ConnectAsync(app.Address);
        await client.SendAsync(Request);
        await client.ReadResponseAsync();

        if (isClient)
        {
            client.Dispose();
        }

        goes.SetResult();
        if (!isClient)
        {
            Assert.Equal("", await client.ReadToEndAsync());
        }

        await upstream.Connections.Single().Closed.WaitAsync(Eventually.DefaultDeadline, Token);
        await Eventually.IsTrueAsync("the exchange has ended", () => !app.Outcomes.IsEmpty);
    }

    [Fact]
    public async Task Tunnel_without_a_byte_for_too_long_is_closed()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Accepted);
        });
        await using var app = await ForwardingApp.StartAsync(upstream, webSocketTimeout: TimeSpan.FromMilliseconds(300));
        using var client = await RawClient.ConnectAsync(app.Address);
        await client.SendAsync(Request);
        await client.ReadResponseAsync();

        Assert.Equal("", await client.ReadToEndAsync());

        await Eventually.IsTrueAsync("the exchange has ended", () => !app.Outcomes.IsEmpty);
        Assert.Equal([ForwarderError.UpgradeActivityTimeout], app.Outcomes);
    }
}
