using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Realtime;

/// <summary>Opens WebSockets, up to a limit for each client, and sees to it that they end when the program does.</summary>
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

    /// <summary>Creates the connection of a request for a WebSocket.</summary>
    /// <exception cref="ApiException">The request is none, or its client has too many already.</exception>
    public SocketConnection CreateConnection(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "This address takes WebSocket connections only");
        }

        var place = _places.AttemptAcquire(ClientNetwork.Of(context));
        return place.IsAcquired
            ? new(options.Value, place, time, metrics, logger)
            : throw ApiException.TooManyRequests(
                $"The limit of an address is reached: {options.Value.MaxConnectionsPerClient} WebSockets", RetryAfter);
    }

    public void Dispose() => _places.Dispose();

    /// <summary>
    /// Serves a connection that listens to a topic. It listens from before the handshake is answered: a client that
    /// is connected misses nothing.
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

    /// <summary>Tells a client what was queued for it, and closes as was asked before.</summary>
    public Task RefuseAsync(HttpContext context, SocketConnection connection) =>
        RunAsync(context, connection, (_, _) => Task.CompletedTask);

    private async Task RunAsync(
        HttpContext context, SocketConnection connection, Func<ReadOnlyMemory<byte>, CancellationToken, Task> onMessage)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await connection.RunAsync(socket, onMessage, drain.Closing);
    }
}
