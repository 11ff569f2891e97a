using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Realtime;

/// <summary>Accepts WebSockets, up to a limit per client, and closes them when the program stops.</summary>
internal sealed class SocketServer(
    IFanOut fanOut,
    DrainState drain,
    IOptions<SocketOptions> options,
    TimeProvider time,
    ServicesMetrics metrics,
    ILogger<SocketConnection> logger) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private readonly PartitionedRateLimiter<ClientNetwork> _places = PartitionedRateLimiter.Create<ClientNetwork, ClientNetwork>(
        client => RateLimitPartition.GetConcurrencyLimiter(
            client, _ => new() { PermitLimit = options.Value.MaxConnectionsPerClient }));

    /// <summary>Creates the connection of a WebSocket request.</summary>
    /// <exception cref="ApiException">It is not a WebSocket request, or the client has reached its limit.</exception>
    public SocketConnection CreateConnection(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "This endpoint accepts WebSocket connections only");
        }

        var place = _places.AttemptAcquire(ClientNetwork.Of(context));
        return place.IsAcquired
            ? new(options.Value, place, time, metrics, logger)
            : throw ApiException.TooManyRequests(
                $"Address limit reached: {options.Value.MaxConnectionsPerClient} WebSockets", RetryAfter);
    }

    public void Dispose() => _places.Dispose();

    /// <summary>
    /// Serves a connection that listens to a topic. It subscribes before it completes the handshake, so that a connected client
    /// misses no event.
    /// </summary>
    public async Task ServeAsync(
        HttpContext context,
        string topic,
        SocketConnection connection,
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> onMessage)
    {
        await using var subscription = await fanOut.SubscribeAsync(topic, connection);
        await RunAsync(context, connection, onMessage);
    }

    /// <summary>Accepts the WebSocket only to send what is queued and to close it as requested before.</summary>
    public Task RefuseAsync(HttpContext context, SocketConnection connection) =>
        RunAsync(context, connection, (_, _) => Task.CompletedTask);

    private async Task RunAsync(
        HttpContext context, SocketConnection connection, Func<ReadOnlyMemory<byte>, CancellationToken, Task> onMessage)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await connection.RunAsync(socket, onMessage, drain.Closing);
    }
}
