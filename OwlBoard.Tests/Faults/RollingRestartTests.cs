using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Faults;

[Collection(FaultCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class RollingRestartTests : IAsyncLifetime
{
    private FakeGateway _services = null!;
    private GatewayProcess[] _gateways = [];

    public async ValueTask InitializeAsync()
    {
        _services = await FakeGateway.StartAsync("services");
        _services.Answer = AnswerOrListenAsync;
        _gateways = await GatewayProcess.StartManyAsync(4, _services.Address);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Restarting_the_gateways_one_after_another_loses_no_request_and_moves_the_websockets_within_a_second()
    {
        await using var loadBalancer = await LoadBalancerProcess.StartAsync(
            _gateways.Select(gateway => (gateway.Name, gateway.Address)),
            "LoadBalancer:RateLimit:RequestsPerSecond=0",
            "LoadBalancer:AccessLog:Enabled=false");
        var sockets = WebSocketClients.Connect(new Uri($"ws://{loadBalancer.Desktop.Authority}/api/chat/ws/room"), 50);
        await Eventually.IsTrueAsync("50 WebSockets are open", () => sockets.Open == 50);
        await using var load = SteadyLoad.Start(new Uri(loadBalancer.Desktop, "/api/users/1"), requestsPerSecond: 200);

        foreach (var gateway in _gateways)
        {
            gateway.Process.Signal("TERM");
            Assert.Equal(0, await gateway.Process.HasEndedAsync());
            await gateway.StartAsync();
            await IsHealthyInAsync(loadBalancer, gateway.Name);
        }

        await load.StopAsync();
        await Eventually.IsTrueAsync("50 WebSockets are open again", () => sockets.Open == 50);
        var report = FaultReport.Of("rolling restart of all four", load.Samples);
        Assert.Equal(0, report.FailedIdempotent);
        Assert.Equal(0, report.FailedPosts);
        Assert.True(sockets.Interruptions.Count >= 50, $"Only {sockets.Interruptions.Count} WebSockets reconnected.");
        Assert.All(sockets.Interruptions, interruption => Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, interruption.Status));
        Assert.All(sockets.Interruptions, interruption => Assert.InRange(interruption.Away, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        await sockets.DisposeAsync();
    }

    private static async Task IsHealthyInAsync(LoadBalancerProcess loadBalancer, string gateway)
    {
        using var client = new HttpClient();
        await Eventually.IsTrueAsync($"{gateway} is back in rotation", async () =>
        {
            var status = await client.GetStringAsync(new Uri(loadBalancer.Desktop, "/lb-status"), TestContext.Current.CancellationToken);
            return status.Split('\n').Any(line => line.StartsWith($"{gateway} ", StringComparison.Ordinal) && line.Contains(" healthy ", StringComparison.Ordinal));
        });
    }

    /// <summary>Responds to requests, and keeps WebSockets open until the other side closes them.</summary>
    private static async Task AnswerOrListenAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync("{\"status\":\"ok\"}");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
            {
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The test observes the client's side.
        }
    }
}
