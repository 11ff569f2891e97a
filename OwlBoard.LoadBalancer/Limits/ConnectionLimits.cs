using Microsoft.Extensions.Options;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The limits in force: the configured ones, as far as file descriptors and memory suffice for them.</summary>
internal sealed partial class ConnectionLimits
{
    /// <summary>Descriptors for everything else: the program's own files, idle connections to gateways, probes, management.</summary>
    private const int ReservedDescriptors = 512;

    /// <summary>The least limit, and the least limit of one client.</summary>
    private const int Minimum = 16;

    /// <summary>The default limit of one client is this fraction of the limit.</summary>
    private const int ClientFraction = 4;

    /// <summary>
    /// The most memory, in bytes, of a connection with a request whose client neither sends nor reads, see <c>docs/memory.md</c>.
    /// </summary>
    private const long ConnectionBytes = 20 * 1024;

    /// <summary>The part of the memory that is available to connections. The rest is for everything else, and for garbage.</summary>
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

    /// <summary>Gets the limit of clients' connections, and of concurrent requests over HTTP/2.</summary>
    public int Connections => Effective(_options.CurrentValue.Connections, _automatic);

    /// <summary>Gets the limit of one client's connections, and of its concurrent requests over HTTP/2.</summary>
    public int PerClient => OfClient(_options.CurrentValue.ConnectionsPerClient, Connections);

    /// <summary>Half of the descriptors that are not reserved, since each connection may need one to a gateway, or what memory allows.</summary>
    /// <param name="descriptors">The process's limit of file descriptors; <see langword="null"/> if there is none.</param>
    /// <param name="memory">The memory that is available to the process, in bytes.</param>
    internal static int Automatic(long? descriptors, long memory)
    {
        var byMemory = (long)(memory * ConnectionShare) / ConnectionBytes;
        var byDescriptors = descriptors is { } limit ? (limit - ReservedDescriptors) / 2 : long.MaxValue;
        return (int)Math.Clamp(Math.Min(byMemory, byDescriptors), Minimum, int.MaxValue);
    }

    /// <summary>The configured limit, if there is one and it is not above the automatic one.</summary>
    internal static int Effective(int configured, int automatic) => configured == 0 ? automatic : Math.Min(configured, automatic);

    /// <summary>The configured limit of one client; by default a quarter of the limit.</summary>
    internal static int OfClient(int configured, int limit) => configured == 0 ? Math.Max(limit / ClientFraction, Minimum) : configured;

    [LoggerMessage(1, LogLevel.Information, "Connection limit: {Limit} (file descriptors: {Descriptors}; available memory: {Memory} bytes)")]
    private static partial void LogAutomatic(ILogger logger, int limit, long? descriptors, long memory);

    [LoggerMessage(2, LogLevel.Warning, "LoadBalancer:Limits:Connections is {Configured}; file descriptors ({Descriptors}) and memory ({Memory} bytes) suffice for {Limit}, which is the limit")]
    private static partial void LogTooMany(ILogger logger, int configured, long? descriptors, long memory, int limit);
}
