using OwlBoard.ServiceDefaults.Startup;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>Options for the WebSocket relay. Section <c>WebSockets</c>.</summary>
internal sealed class WebSocketRelayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "WebSockets";

    /// <summary>
    /// Gets or sets the time after which an idle WebSocket is closed, counted from the 101 response. The proxy's own pings
    /// count as activity. Default: 24 h.
    /// </summary>
    [AllowedDuration("WebSockets:IdleTimeout", "00:00:00.0100000", "24.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Gets or sets the time that both sides have to reply to the close frame when the program stops, before their
    /// connections are closed. Default: 2 s.
    /// </summary>
    [AllowedDuration("WebSockets:CloseTimeout", "00:00:00.1000000", "00:01:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the time without data after which a direction is sent a ping frame, so that intermediaries (NAT, other
    /// proxies) keep the connection open. 0 disables pings. Default: the value that the program passes when it adds the
    /// relay, otherwise 0.
    /// </summary>
    [AllowedDuration("WebSockets:PingInterval", "00:00:00", "1.00:00:00")]
    public TimeSpan PingInterval { get; set; }
}
