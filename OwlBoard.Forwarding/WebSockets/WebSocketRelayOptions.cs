using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>What a proxy does for the WebSockets that pass through it. Section <c>WebSockets</c>.</summary>
public sealed class WebSocketRelayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "WebSockets";

    /// <summary>
    /// How long a WebSocket may carry nothing in either direction, from the 101 on; pings of the proxy's own count. Default 24 h.
    /// </summary>
    [AllowedDuration("WebSockets:IdleTimeout", "00:00:00.0100000", "24.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long both sides have to answer the close frame that they get when the program stops, before their
    /// connection is cut. Default 2 s.
    /// </summary>
    [AllowedDuration("WebSockets:CloseTimeout", "00:00:00.1000000", "00:01:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After how long without a byte a direction gets a ping frame, so that what is in between (NAT, other proxies)
    /// keeps the connection. 0 switches it off. Default: what the program says when it adds the relay, else 0.
    /// </summary>
    [AllowedDuration("WebSockets:PingInterval", "00:00:00", "1.00:00:00")]
    public TimeSpan PingInterval { get; set; }
}
