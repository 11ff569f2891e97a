namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Logs shed load, at most one entry per minute and reason.</summary>
internal sealed partial class ShedLog(ConnectionLimits limits, TimeProvider time, ILogger<ShedLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly ShedReason[] Reasons = Enum.GetValues<ShedReason>();

    private readonly long[] _counts = new long[Reasons.Length];
    private readonly long?[] _logged = new long?[Reasons.Length];

    /// <summary>Counts one closed connection, or one refused connection or request.</summary>
    public void Count(ShedReason reason) => Interlocked.Increment(ref _counts[(int)reason]);

    /// <summary>Logs the counts, except for reasons that were logged within the last minute.</summary>
    public void Flush()
    {
        var now = time.GetTimestamp();
        foreach (var reason in Reasons)
        {
            if (Volatile.Read(ref _counts[(int)reason]) == 0 || (_logged[(int)reason] is { } last && time.GetElapsedTime(last, now) < Interval))
            {
                continue;
            }

            _logged[(int)reason] = now;
            Log(reason, Interlocked.Exchange(ref _counts[(int)reason], 0));
        }
    }

    private void Log(ShedReason reason, long count)
    {
        switch (reason)
        {
            case ShedReason.ConnectionLimit:
                LogConnectionLimit(limits.Connections, count);
                break;
            case ShedReason.ClientConnectionLimit:
                LogClientConnectionLimit(limits.PerClient, count);
                break;
            case ShedReason.IdleForNew:
                LogIdleForNew(limits.Connections, count);
                break;
            case ShedReason.RequestLimit:
                LogRequestLimit(limits.Connections, count);
                break;
            case ShedReason.ClientRequestLimit:
                LogClientRequestLimit(limits.PerClient, count);
                break;
            case ShedReason.Http2Flood:
                LogHttp2Flood(count);
                break;
            case ShedReason.MemoryIdle:
                LogMemoryIdle(count);
                break;
            case ShedReason.MemoryRequest:
                LogMemoryRequest(count);
                break;
            case ShedReason.MemorySlow:
                LogMemorySlow(count);
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Connection limit ({Limit}) reached and no connection is idle; new connections closed: {Count}")]
    private partial void LogConnectionLimit(int limit, long count);

    [LoggerMessage(2, LogLevel.Warning, "Connection limit of one client ({Limit}) reached and none of its connections is idle; its new connections closed: {Count}")]
    private partial void LogClientConnectionLimit(int limit, long count);

    [LoggerMessage(3, LogLevel.Warning, "Connection limit ({Limit}, or that of one client) reached; idle connections closed for new ones: {Count}")]
    private partial void LogIdleForNew(int limit, long count);

    [LoggerMessage(4, LogLevel.Warning, "Limit of concurrent requests ({Limit}) reached; HTTP/2 requests refused with 503: {Count}")]
    private partial void LogRequestLimit(int limit, long count);

    [LoggerMessage(5, LogLevel.Warning, "Limit of one client's concurrent requests ({Limit}) reached; its HTTP/2 requests refused with 503: {Count}")]
    private partial void LogClientRequestLimit(int limit, long count);

    [LoggerMessage(9, LogLevel.Warning, "HTTP/2 connections with too many frames without progress closed: {Count}")]
    private partial void LogHttp2Flood(long count);

    [LoggerMessage(6, LogLevel.Warning, "Memory is short; idle connections closed: {Count}")]
    private partial void LogMemoryIdle(long count);

    [LoggerMessage(7, LogLevel.Warning, "Memory is short; requests refused with 503: {Count}")]
    private partial void LogMemoryRequest(long count);

    [LoggerMessage(8, LogLevel.Warning, "Memory is short; connections of the slowest clients closed: {Count}")]
    private partial void LogMemorySlow(long count);
}
