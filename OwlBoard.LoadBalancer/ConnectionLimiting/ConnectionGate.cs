using Microsoft.AspNetCore.Connections;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.ConnectionLimiting;

/// <summary>
/// Closes the clients' connections beyond those that there may be. A process without a file descriptor left can neither
/// reach a gateway nor be probed, and .NET ends it. Management's connections are not counted.
/// </summary>
internal sealed partial class ConnectionGate
{
    /// <summary>Descriptors for everything else: the program's own files, idle connections to gateways, probes, management.</summary>
    private const int Reserve = 512;

    private const int Fewest = 16;

    private readonly LiveOptions _options;
    private readonly LoadBalancerMetrics _metrics;
    private readonly ILogger<ConnectionGate> _logger;
    private readonly int _automatic;
    private int _open;
    private int _refused;

    public ConnectionGate(LiveOptions options, LoadBalancerMetrics metrics, ILogger<ConnectionGate> logger)
    {
        var descriptors = FileDescriptors.Limit();
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _automatic = Automatic(descriptors);
        if (options.Current.Limits.Connections == 0 && descriptors is { } limit)
        {
            LogAutomatic(_automatic, limit);
        }
    }

    private int Limit => _options.Current.Limits.Connections is > 0 and var configured ? configured : _automatic;

    /// <summary>Serves the connection, unless there are too many.</summary>
    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= Limit)
            {
                await next(connection);
            }
            else
            {
                Refuse(connection);
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Half of the descriptors that are not reserved: each connection may need another one to a gateway.</summary>
    internal static int Automatic(long? descriptors) =>
        descriptors is { } limit ? (int)Math.Clamp((limit - Reserve) / 2, Fewest, int.MaxValue) : int.MaxValue;

    private void Refuse(ConnectionContext connection)
    {
        _metrics.ConnectionRefused();
        if (Interlocked.Increment(ref _refused) == 1)
        {
            LogFull(Limit);
        }

        connection.Abort(new ConnectionAbortedException("There are as many connections as there may be."));
    }

    private void Leave()
    {
        var limit = Limit;
        // Said once there is some room again, not at each connection that takes another one's place.
        if (Interlocked.Decrement(ref _open) <= limit - Math.Max(1, limit / 10)
            && Volatile.Read(ref _refused) > 0
            && Interlocked.Exchange(ref _refused, 0) is > 0 and var refused)
        {
            LogRoom(refused);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "At most {Limit} clients' connections are held: the process may have {Descriptors} file descriptors")]
    private partial void LogAutomatic(int limit, long descriptors);

    [LoggerMessage(2, LogLevel.Warning, "All {Limit} clients' connections that there may be are open; further ones are closed at once")]
    private partial void LogFull(int limit);

    [LoggerMessage(3, LogLevel.Information, "There is room for clients' connections again; {Refused} were closed")]
    private partial void LogRoom(int refused);
}
