using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>Extension methods that register the WebSocket relay.</summary>
public static class WebSocketRelayExtensions
{
    /// <summary>Adds the relay's options, bound to section <c>WebSockets</c>; see <see cref="WebSocketRelayOptions"/>.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="pingInterval">The ping interval if it is not configured. Default: 0, no pings.</param>
    /// <returns>The same collection.</returns>
    public static IServiceCollection AddWebSocketRelay(this IServiceCollection services, TimeSpan pingInterval = default)
    {
        services.AddOptions<WebSocketRelayOptions>()
            .Configure(options => options.PingInterval = pingInterval)
            .BindConfiguration(WebSocketRelayOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services;
    }

    /// <summary>
    /// Adds the relay. When the program stops, it sends both sides of each WebSocket a close frame with status 1001; the
    /// proxy alone would wait for them until the shutdown timeout. It also sends pings, if configured. Must precede the proxy
    /// in the pipeline.
    /// </summary>
    /// <param name="app">The application's pipeline.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseWebSocketRelay(this IApplicationBuilder app) =>
        app.UseMiddleware<WebSocketRelayMiddleware>();
}
