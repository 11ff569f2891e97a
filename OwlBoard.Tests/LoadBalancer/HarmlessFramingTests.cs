using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>An untidy but unambiguous response is delivered, once, and does not count as a failure of the gateway.</summary>
[Trait("Category", "Integration")]
public sealed class HarmlessFramingTests
{
    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc", 304)]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc\r\n", 200)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 204)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", 204)]
    [InlineData("GET", "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 205)]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000003  ;a=b\r\nabc\r\n0\r\n\r\n", 200)]
    public async Task Untidy_response_is_delivered_at_the_first_attempt(string method, string reply, int status)
    {
        await using var first = RawUpstream.Answering(reply);
        await using var second = RawUpstream.Answering(reply);
        await using var loadBalancer = TestLoadBalancer.Start(
            [],
            [
                new("Gateways:0:Address", first.Address), new("Gateways:0:Name", "gw-1"),
                new("Gateways:1:Address", second.Address), new("Gateways:1:Name", "gw-2"),
            ]);
        for (var i = 0; i < 8; i++)
        {
            using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
            await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal(status, (await client.ReadResponseAsync(withBody: method != "HEAD")).Status);
        }

        Assert.Equal(8, first.Requests.Count + second.Requests.Count);
        Assert.All(loadBalancer.Gateways, gateway => Assert.Equal((0, GatewayState.Healthy), (gateway.Statistics.Failures, gateway.Condition.State)));
    }
}
