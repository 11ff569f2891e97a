using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Faults;

[Collection(FaultCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class ManyConnectionsTests
{
    private const int Each = 2000;

    [Fact]
    public async Task One_load_balancer_holds_4000_connections_half_of_them_idle_websockets()
    {
        var gateways = await FakeGateway.StartManyAsync(4);
        foreach (var gateway in gateways)
        {
            gateway.Answer = AnswerOrListenAsync;
        }

        await using var loadBalancer = await LoadBalancerProcess.StartAsync(
            gateways.Select(gateway => (gateway.Name, gateway.Address)),
            "LoadBalancer:RateLimit:RequestsPerSecond=0",
            $"LoadBalancer:Limits:ConnectionsPerClient={2 * Each}",
            "LoadBalancer:AccessLog:Enabled=false");
        var before = loadBalancer.Process.ResidentBytes;
        var cancellationToken = TestContext.Current.CancellationToken;

        var sockets = new List<ClientWebSocket>();
        foreach (var batch in Enumerable.Range(0, Each).Chunk(100))
        {
            var connecting = batch.Select(_ => new ClientWebSocket()).ToArray();
            sockets.AddRange(connecting);
            await Task.WhenAll(connecting.Select(socket => socket.ConnectAsync(new Uri($"ws://{loadBalancer.Desktop.Authority}/ws"), cancellationToken)));
        }

        var connections = new List<TcpClient>();
        for (var i = 0; i < Each; i++)
        {
            var connection = new TcpClient();
            connections.Add(connection);
            await connection.ConnectAsync(IPAddress.Loopback, loadBalancer.Desktop.Port, cancellationToken);
            Assert.StartsWith("HTTP/1.1 200", await AskAsync(connection), StringComparison.Ordinal);
        }

        // All connections are still open: each serves another request.
        foreach (var connection in connections)
        {
            Assert.StartsWith("HTTP/1.1 200", await AskAsync(connection), StringComparison.Ordinal);
        }

        await Task.WhenAll(sockets.Select(socket => EchoAsync(socket)));
        var held = loadBalancer.Process.ResidentBytes;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"resident memory: {before / 1e6:0} MB idle, {held / 1e6:0} MB with {2 * Each} connections"));
        Assert.InRange(held, 0, 1_000_000_000);

        connections.ForEach(connection => connection.Dispose());
        sockets.ForEach(socket => socket.Dispose());
        foreach (var gateway in gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(0, "Connection limit: 94 (file descriptors: 700; available memory: ")]
    [InlineData(5000, "LoadBalancer:Limits:Connections is 5000, but file descriptors (700) and memory (")]
    public async Task More_clients_than_the_file_descriptors_suffice_for_are_turned_away_and_the_others_served(int configured, string logged)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The load balancer reads the limit of file descriptors on Linux only.");
        await using var gateway = await FakeGateway.StartAsync("gw-1");
        gateway.Answer = AnswerOrListenAsync;
        await using var loadBalancer = await LoadBalancerProcess.StartWithOpenFilesAsync(
            700,
            [(gateway.Name, gateway.Address)],
            "LoadBalancer:RateLimit:RequestsPerSecond=0",
            $"LoadBalancer:Limits:Connections={configured}",
            "LoadBalancer:Limits:ConnectionsPerClient=1000");
        // (700 - 512) / 2
        const int Held = 94;
        Assert.Contains(logged, loadBalancer.Process.Output, StringComparison.Ordinal);

        // Use WebSockets, since idle connections would be closed for new ones.
        var served = Enumerable.Range(0, Held).Select(_ => new ClientWebSocket()).ToArray();
        foreach (var socket in served)
        {
            await socket.ConnectAsync(new Uri($"ws://{loadBalancer.Desktop.Authority}/ws"), TestContext.Current.CancellationToken);
        }

        for (var i = 0; i < 300; i++)
        {
            using var turnedAway = new TcpClient();
            await turnedAway.ConnectAsync(IPAddress.Loopback, loadBalancer.Desktop.Port, TestContext.Current.CancellationToken);
            Assert.True(await IsClosedAsync(turnedAway));
        }

        await Task.WhenAll(served.Select(socket => EchoAsync(socket)));
        using (var management = new HttpClient())
        {
            using var metrics = await management.GetAsync(new Uri(loadBalancer.Management, "/metrics"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
        }

        await Eventually.IsTrueAsync("the refusals are logged", () => loadBalancer.Process.Output.Contains(
            "Connection limit (94) reached and no connection is idle", StringComparison.Ordinal));
        Array.ForEach(served, socket => socket.Dispose());
        await Eventually.IsTrueAsync("new connections are served again", async () =>
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, loadBalancer.Desktop.Port, TestContext.Current.CancellationToken);
            return !await IsClosedAsync(connection, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        });
    }

    /// <summary>Returns a value that indicates whether the server closes the connection instead of responding.</summary>
    private static async Task<bool> IsClosedAsync(TcpClient connection, byte[]? request = null)
    {
        try
        {
            await connection.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
            return await connection.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<string> AskAsync(TcpClient connection)
    {
        var stream = connection.GetStream();
        await stream.WriteAsync("GET /small HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        var answer = new StringBuilder();
        while (!answer.ToString().EndsWith("hello", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return answer.ToString();
    }

    private static async Task EchoAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64];
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal("ping", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    private static async Task AnswerOrListenAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.ContentLength = 5;
            await context.Response.WriteAsync("hello");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64];
        try
        {
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } received)
            {
                await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, true, context.RequestAborted);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The test has ended.
        }
    }
}
