using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Only a WebSocket, and only after its 101, may be idle for longer than a response.</summary>
[Trait("Category", "Integration")]
public sealed class UpgradeTimeoutTests
{
    private const string WebSocket = "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

    [Theory]
    [InlineData("h2c")]
    [InlineData("foo")]
    [InlineData(WebSocket)]
    public async Task Response_that_stalls_is_ended_by_the_limit_of_responses(string upgrade)
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        });
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("Timeouts:Response", "00:00:00.5"), new("Gateways:0:Address", upstream.Address), new("Gateways:0:Name", "gw-1")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n\r\n");
        var all = await client.ReadToEndAsync().WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);

        Assert.EndsWith("abc", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebSocket_that_no_gateway_answers_gives_504()
    {
        await using var upstream = RawUpstream.Start(connection => connection.ReadHeadAsync());
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("Timeouts:Response", "00:00:00.5"), new("Gateways:0:Address", upstream.Address), new("Gateways:0:Name", "gw-1")]);

        var response = await RawClient.AskAsync(loadBalancer.Desktop, $"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {WebSocket}\r\n\r\n");

        Assert.Equal(504, response.Status);
        Assert.Equal(1, loadBalancer.Gateway("gw-1").Statistics.Failures);
    }

    [Fact]
    public async Task WebSocket_is_idle_for_longer_than_a_response_may_be()
    {
        await using var upstream = RawUpstream.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
            // A masked text frame of two bytes.
            var frame = await connection.ReadAsync(8);
            await connection.SendAsync($"\u0081\u0002{frame[6..]}");
        });
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [new("Timeouts:Response", "00:00:00.3"), new("Gateways:0:Address", upstream.Address), new("Gateways:0:Name", "gw-1")]);
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: {WebSocket}\r\n\r\n");
        Assert.Equal(101, (await client.ReadResponseAsync()).Status);

        // Wait for a fixed time: the test shows that nothing happens.
        await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken);

        await client.SendAsync("\u0081\u0082\0\0\0\0ab");
        Assert.Equal("\u0081\u0002ab", await client.ReadAsync(4));
    }
}
