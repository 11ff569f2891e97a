using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>Adds care for the WebSockets that pass through a proxy.</summary>
public static class WebSocketRelayExtensions
{
    /// <summary>Registers the relay. Settings: section <c>WebSockets</c>, see <see cref="WebSocketRelayOptions"/>.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="pingInterval">The ping interval unless the configuration says otherwise; default 0: no pings.</param>
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
    /// Sends both sides of each WebSocket a close frame with 1001 when the program stops (the proxy alone would wait
    /// for them until its shutdown times out), and pings in between if so configured. Before the proxy in the pipeline.
    /// </summary>
    /// <param name="app">The program's pipeline.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseWebSocketRelay(this IApplicationBuilder app) =>
        app.UseMiddleware<WebSocketRelayMiddleware>();
}
