using Microsoft.Extensions.DependencyInjection;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.Tests.Gateway;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests of HEAD on the paths to which the programs respond themselves.</summary>
[Trait("Category", "Integration")]
public sealed class LocalHeadTests
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/lb-status")]
    public async Task Head_is_responded_to_here_like_GET_without_a_body(string path)
    {
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        await using var loadBalancer = TestLoadBalancer.Start([gateway]);

        foreach (var listener in (Uri[])[loadBalancer.Desktop, loadBalancer.Mobile])
        {
            var got = await RawClient.AskAsync(listener, $"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            var head = await HeadAsync(listener, path);

            Assert.Equal(200, head.Status);
            Assert.Equal(got.Header("Content-Type"), head.Header("Content-Type"));
            Assert.Equal($"{got.Body.Length}", head.Header("Content-Length"));
            Assert.Equal(got.Header("X-Load-Balancer"), head.Header("X-Load-Balancer"));
            Assert.Equal("", head.Body);
        }

        Assert.Empty(gateway.Received);
    }

    [Fact]
    public async Task Head_of_health_is_503_while_draining()
    {
        await using var loadBalancer = TestLoadBalancer.Start([]);
        await using var gateway = TestGateway.Start();

        Assert.Equal(200, (await HeadAsync(gateway.Client.BaseAddress!, "/health")).Status);
        loadBalancer.Services.GetRequiredService<DrainState>().BeginDrain();
        gateway.Drain.BeginDrain();

        Assert.Equal(503, (await HeadAsync(loadBalancer.Desktop, "/health")).Status);
        Assert.Equal(503, (await HeadAsync(gateway.Client.BaseAddress!, "/health")).Status);
    }

    /// <summary>Reads to the end of the connection, so that a body would be detected.</summary>
    private static async Task<RawResponse> HeadAsync(Uri address, string path)
    {
        using var client = await RawClient.ConnectAsync(address);
        await client.SendAsync($"HEAD {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        var response = await client.ReadResponseAsync(withBody: false);
        return response with { Body = await client.ReadToEndAsync() };
    }
}
