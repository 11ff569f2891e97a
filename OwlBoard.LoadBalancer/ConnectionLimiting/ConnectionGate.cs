using Microsoft.AspNetCore.Connections;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.ConnectionLimiting;

/// <summary>
/// Closes the clients' connections beyond those that there may be, and says whether there may be another request. A
/// process without a file descriptor left can neither reach a gateway nor be probed, and .NET ends it. Management's
/// connections are not counted.
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
    private int _refusedRequests;

    public ConnectionGate(LiveOptions options, LoadBalancerMetrics metrics, ILogger<ConnectionGate> logger)
    {
        var descriptors = FileDescriptors.Limit();
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _automatic = Automatic(descriptors);
        SayLimit(options.Current.Limits.Connections, descriptors);
    }

    /// <summary>How many connections of clients there may be, and as many requests.</summary>
    public int Limit => Effective(_options.Current.Limits.Connections, _automatic);

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

    /// <summary>Whether there may be another request.</summary>
    /// <param name="active">How many there are.</param>
    public bool Admits(int active)
    {
        if (active < Limit)
        {
            if (TakeRefused(active, ref _refusedRequests) is > 0 and var refused)
            {
                LogRoomForRequests(refused);
            }

            return true;
        }

        _metrics.RequestRefused();
        if (Interlocked.Increment(ref _refusedRequests) == 1)
        {
            LogFullOfRequests(Limit);
        }

        return false;
    }

    /// <summary>Half of the descriptors that are not reserved: each connection may need another one to a gateway.</summary>
    internal static int Automatic(long? descriptors) =>
        descriptors is { } limit ? (int)Math.Clamp((limit - Reserve) / 2, Fewest, int.MaxValue) : int.MaxValue;

    /// <summary>What is configured, if anything is and the descriptors suffice for it.</summary>
    internal static int Effective(int configured, int automatic) => configured == 0 ? automatic : Math.Min(configured, automatic);

    private void SayLimit(int configured, long? descriptors)
    {
        if (descriptors is not { } limit)
        {
            return;
        }

        if (configured == 0)
        {
            LogAutomatic(_automatic, limit);
        }
        else if (configured > _automatic)
        {
            LogTooMany(configured, limit, _automatic);
        }
    }

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
        if (TakeRefused(Interlocked.Decrement(ref _open), ref _refused) is > 0 and var refused)
        {
            LogRoom(refused);
        }
    }

    /// <summary>How many were refused, once there is some room again: not whenever one takes another one's place.</summary>
    private int TakeRefused(int taken, ref int refused)
    {
        var limit = Limit;
        return Volatile.Read(ref refused) > 0 && taken <= limit - Math.Max(1, limit / 10) ? Interlocked.Exchange(ref refused, 0) : 0;
    }

    [LoggerMessage(1, LogLevel.Information, "At most {Limit} clients' connections are held: the process may have {Descriptors} file descriptors")]
    private partial void LogAutomatic(int limit, long descriptors);

    [LoggerMessage(2, LogLevel.Warning, "All {Limit} clients' connections that there may be are open; further ones are closed at once")]
    private partial void LogFull(int limit);

    [LoggerMessage(3, LogLevel.Information, "There is room for clients' connections again; {Refused} were closed")]
    private partial void LogRoom(int refused);

    [LoggerMessage(4, LogLevel.Warning, "All {Limit} requests that there may be at once are being served; further ones over HTTP/2 are answered with 503")]
    private partial void LogFullOfRequests(int limit);

    [LoggerMessage(5, LogLevel.Information, "There is room for requests again; {Refused} were answered with 503")]
    private partial void LogRoomForRequests(int refused);

    [LoggerMessage(6, LogLevel.Warning, "LoadBalancer:Limits:Connections is {Configured}, but {Descriptors} file descriptors (ulimit -n) suffice for {Limit}: that many are held")]
    private partial void LogTooMany(int configured, long descriptors, int limit);
}
