using System.ComponentModel.DataAnnotations;
using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Services.Realtime;

/// <summary>The limits of WebSockets. Section <c>WebSockets</c>.</summary>
internal sealed class SocketOptions
{
    public const string Section = "WebSockets";

    /// <summary>The maximum number of open connections of the service; more are refused with 503. Default 10,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "WebSockets:MaxConnections must be between 1 and 1000000.")]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>
    /// The maximum number of open connections of one client (IPv4 address or IPv6 /64); more are refused with 429, so that no
    /// client uses up <see cref="MaxConnections"/>. Default 1,000.
    /// </summary>
    [AllowedNumber("WebSockets:MaxConnectionsPerClient", 1, 1_000_000)]
    public int MaxConnectionsPerClient { get; set; } = 1_000;

    /// <summary>The maximum size of a received message in bytes; a larger one closes with 1009. Default 256 KiB.</summary>
    [Range(1024, 16 * 1024 * 1024, ErrorMessage = "WebSockets:MaxMessageBytes must be between 1024 and 16777216.")]
    public int MaxMessageBytes { get; set; } = 256 * 1024;

    /// <summary>The maximum number of queued messages before a slow client is disconnected. Default 512.</summary>
    [Range(1, 100_000, ErrorMessage = "WebSockets:MaxQueuedMessages must be between 1 and 100000.")]
    public int MaxQueuedMessages { get; set; } = 512;

    /// <summary>The maximum number of queued bytes before a slow client is disconnected. Default 1 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024, ErrorMessage = "WebSockets:MaxQueuedBytes must be between 1024 and 268435456.")]
    public int MaxQueuedBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// The interval at which an idle client is pinged, and the timeout of its pong. Default 20 s, below the 60 s after which
    /// proxies commonly close idle connections.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "WebSockets:PingEvery must be between 00:00:01 and 00:10:00.")]
    public TimeSpan PingEvery { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The time to wait for a client's close frame before the connection is aborted. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "WebSockets:CloseTimeout must be between 00:00:00.1 and 00:01:00.")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
