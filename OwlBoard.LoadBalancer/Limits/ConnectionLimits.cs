using Microsoft.Extensions.Options;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The connection limits in force: the configured ones, reduced to what file descriptors and memory allow.</summary>
internal sealed partial class ConnectionLimits
{
    /// <summary>The descriptors reserved for other uses: files, idle upstream connections, probes, management.</summary>
    private const int ReservedDescriptors = 512;

    /// <summary>The smallest automatic limit, in total and per client.</summary>
    private const int Minimum = 16;

    /// <summary>The divisor that yields the default limit per client from the total limit.</summary>
    private const int ClientFraction = 4;

    /// <summary>The maximum memory of a connection whose client stalls during a request, in bytes (<c>docs/memory.md</c>).</summary>
    private const long ConnectionBytes = 20 * 1024;

    /// <summary>The fraction of the available memory for connections. The rest is for all other state and for garbage.</summary>
    private const double ConnectionShare = 0.6;

    private readonly IOptionsMonitor<LimitOptions> _options;
    private readonly int _automatic;

    public ConnectionLimits(IOptionsMonitor<LimitOptions> options, ILogger<ConnectionLimits> logger)
    {
        var descriptors = FileDescriptors.Limit();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        _options = options;
        _automatic = Automatic(descriptors, memory);
        var configured = options.CurrentValue.Connections;
        if (configured == 0)
        {
            LogAutomatic(logger, _automatic, descriptors, memory);
        }
        else if (configured > _automatic)
        {
            LogTooMany(logger, configured, descriptors, memory, _automatic);
        }
    }

    /// <summary>The limit of client connections, and of concurrent HTTP/2 requests.</summary>
    public int Connections => Effective(_options.CurrentValue.Connections, _automatic);

    /// <summary>The limit of one client's connections, and of its concurrent HTTP/2 requests.</summary>
    public int PerClient => OfClient(_options.CurrentValue.ConnectionsPerClient, Connections);

    /// <summary>
    /// Returns the lower of two limits: the memory for connections, and half of the descriptors that are not reserved, since each
    /// client connection may need an upstream connection.
    /// </summary>
    /// <param name="descriptors">The limit of file descriptors; <see langword="null"/> if there is none.</param>
    /// <param name="memory">The memory that is available to the process, in bytes.</param>
    internal static int Automatic(long? descriptors, long memory)
    {
        var byMemory = (long)(memory * ConnectionShare) / ConnectionBytes;
        var byDescriptors = descriptors is { } limit ? (limit - ReservedDescriptors) / 2 : long.MaxValue;
        return (int)Math.Clamp(Math.Min(byMemory, byDescriptors), Minimum, int.MaxValue);
    }

    /// <summary>Returns the configured limit, at most the automatic one; the automatic one if none is configured.</summary>
    internal static int Effective(int configured, int automatic) => configured == 0 ? automatic : Math.Min(configured, automatic);

    /// <summary>Returns the configured limit per client; a quarter of the total limit if none is configured.</summary>
    internal static int OfClient(int configured, int limit) => configured == 0 ? Math.Max(limit / ClientFraction, Minimum) : configured;

    [LoggerMessage(1, LogLevel.Information, "Connection limit: {Limit} (file descriptors: {Descriptors}; available memory: {Memory} bytes)")]
    private static partial void LogAutomatic(ILogger logger, int limit, long? descriptors, long memory);

    [LoggerMessage(2, LogLevel.Warning, "LoadBalancer:Limits:Connections is {Configured}, but file descriptors ({Descriptors}) and memory ({Memory} bytes) limit connections to {Limit}")]
    private static partial void LogTooMany(ILogger logger, int configured, long? descriptors, long memory, int limit);
}
