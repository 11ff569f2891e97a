using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class ConnectionPoolTests : IAsyncLifetime
{
    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task Requests_one_after_another_share_one_connection_without_end()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);

        for (var i = 0; i < 1100; i++)
        {
            await loadBalancer.AskAsync();
        }

        Assert.Equal(1, _gateway.AcceptedConnections);
    }

    [Fact]
    public async Task After_a_burst_only_the_configured_number_of_connections_is_kept()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway]);
        var release = new TaskCompletionSource();
        _gateway.Answer = async context =>
        {
            await release.Task;
            await context.Response.WriteAsync("");
        };
        var burst = Enumerable.Range(0, 100).Select(_ => loadBalancer.AskAsync()).ToArray();
        await Eventually.IsTrueAsync("the gateway has all 100 requests", () => _gateway.Received.Count == 100);
        Assert.True(_gateway.OpenConnections >= 100);

        release.SetResult();
        await Task.WhenAll(burst);

        await Eventually.IsTrueAsync("64 connections remain open", () => _gateway.OpenConnections == 64);
    }

    [Fact]
    public async Task Idle_connections_are_closed_after_their_time()
    {
        await using var loadBalancer = TestLoadBalancer.Start([_gateway], [new("ConnectionPool:IdleTimeout", "00:00:01")]);
        await loadBalancer.AskAsync();
        Assert.Equal(1, _gateway.OpenConnections);

        await Eventually.IsTrueAsync("the connection is closed", () => _gateway.OpenConnections == 0);
    }
}
