using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using OwlBoard.Forwarding.Transport;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Transport;

[Trait("Category", "Integration")]
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
        Assert.Equal(connection.Client.LocalEndPoint, server.Features.Get<IConnectionEndPointFeature>()!.RemoteEndPoint);
        Assert.NotNull(server.Features.Get<IMemoryPoolFeature>());
        server.Features.Get<IConnectionItemsFeature>()!.Items["key"] = "value";
        Assert.Equal("value", server.Items["key"]);
    }

    [Fact]
    public async Task Connection_sends_at_once_and_does_not_outlive_the_process()
    {
        await using var connection = await AcceptedConnection.OpenAsync();
        var descriptor = ((LoopConnection)connection.Server).Socket.Handle.DangerousGetHandle();
        using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));

        Assert.True(socket.NoDelay);
        // O_RDWR, O_NONBLOCK and O_CLOEXEC of fcntl(2).
        var lines = await File.ReadAllLinesAsync($"/proc/self/fdinfo/{descriptor}", Token);
        var flags = Convert.ToInt32(lines.Single(line => line.StartsWith("flags:", StringComparison.Ordinal))[6..].Trim(), 8);
        Assert.Equal(0x80802, flags & 0x80802);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    public async Task Connection_has_both_addresses_wherever_it_was_accepted(string listen, string connect)
    {
        await using var listener = await AcceptedConnection.ListenAsync(address: listen);
        var accepting = listener.AcceptAsync(Token);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Parse(connect), ((IPEndPoint)listener.EndPoint).Port, Token);
        await using var server = (await accepting)!;

        Assert.Equal(AddressOf(client.LocalEndPoint), AddressOf(server.RemoteEndPoint));
        Assert.Equal(AddressOf(client.RemoteEndPoint), AddressOf(server.LocalEndPoint));

        // A dual-mode socket reports IPv4 addresses as IPv4-mapped IPv6 addresses.
        static IPEndPoint AddressOf(EndPoint? endPoint)
        {
            var address = Assert.IsType<IPEndPoint>(endPoint);
            return new IPEndPoint(ClientConnection.Normalize(address.Address), address.Port);
        }
    }

    [Fact]
    public async Task Listener_that_is_closed_while_it_waits_closes_no_other_descriptor()
    {
        var listener = await AcceptedConnection.ListenAsync();
        var accepting = listener.AcceptAsync(Token).AsTask();
        // The pending accept has found no connection yet.
        using (var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await client.ConnectAsync(listener.EndPoint, Token);
            await (await accepting)!.DisposeAsync();
            accepting = listener.AcceptAsync(Token).AsTask();
        }

        await listener.UnbindAsync(Token);

        Assert.Null(await accepting.WaitAsync(Eventually.DefaultDeadline, Token));
    }

    [Fact]
    public async Task Port_that_is_taken_is_said_to_be()
    {
        await using var listener = await AcceptedConnection.ListenAsync();

        await Assert.ThrowsAsync<AddressInUseException>(() => AcceptedConnection.ListenAsync(((IPEndPoint)listener.EndPoint).Port).AsTask());
    }

    [Fact]
    public async Task Whoever_waits_for_a_connection_is_told_that_none_comes_any_more()
    {
        var listener = await AcceptedConnection.ListenAsync();
        var accepting = listener.AcceptAsync(Token).AsTask();
        await listener.UnbindAsync(Token);

        Assert.Null(await accepting.WaitAsync(Eventually.DefaultDeadline, Token));
        Assert.Null(await listener.AcceptAsync(Token));
    }

    [Fact]
    public async Task Connection_reset_before_its_turn_keeps_nobody_from_theirs()
    {
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
