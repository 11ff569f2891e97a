using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Sockets;

public sealed class LoopListenerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_is_what_Kestrel_expects()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var server = connection.Server;
        Assert.Equal(connection.Client.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(connection.Client.RemoteEndPoint, server.LocalEndPoint);
        Assert.NotEmpty(server.ConnectionId);
        Assert.Same(server, server.Features.Get<IConnectionTransportFeature>());
        Assert.Equal(server.ConnectionClosed, server.Features.Get<IConnectionLifetimeFeature>()!.ConnectionClosed);
        Assert.Equal(connection.Client.LocalEndPoint, server.Features.Get<IConnectionSocketFeature>()!.Socket.RemoteEndPoint);
        Assert.True(server.Features.Get<IConnectionSocketFeature>()!.Socket.NoDelay);
        Assert.NotNull(server.Features.Get<IMemoryPoolFeature>());
        server.Features.Get<IConnectionItemsFeature>()!.Items["key"] = "value";
        Assert.Equal("value", server.Items["key"]);
    }

    [Fact]
    public async Task Port_that_is_taken_is_said_to_be()
    {
        Assert.SkipUnless(SocketLoop.IsSupported, "Linux only.");
        await using var listener = await AcceptedConnection.ListenAsync();

        await Assert.ThrowsAsync<AddressInUseException>(() => AcceptedConnection.ListenAsync(((IPEndPoint)listener.EndPoint).Port).AsTask());
    }

    [Fact]
    public async Task Whoever_waits_for_a_connection_is_told_that_none_comes_any_more()
    {
        Assert.SkipUnless(SocketLoop.IsSupported, "Linux only.");
        var listener = await AcceptedConnection.ListenAsync();
        var accepting = listener.AcceptAsync(Token).AsTask();
        await listener.UnbindAsync(Token);

        Assert.Null(await accepting.WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Null(await listener.AcceptAsync(Token));
    }

    [Fact]
    public async Task Connection_reset_before_its_turn_keeps_nobody_from_theirs()
    {
        Assert.SkipUnless(SocketLoop.IsSupported, "Linux only.");
        await using var listener = await AcceptedConnection.ListenAsync();
        using (var gone = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) })
        {
            await gone.ConnectAsync(listener.EndPoint, Token);
        }

        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.EndPoint, Token);
        ConnectionContext? accepted;
        do
        {
            accepted = await listener.AcceptAsync(Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token);
        }
        while (!Equals(accepted?.RemoteEndPoint, client.LocalEndPoint));

        await accepted!.DisposeAsync();
    }
}
