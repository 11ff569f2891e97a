using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.Transport;
using OwlBoard.Forwarding.WebSockets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Extension methods that register the socket forwarder.</summary>
public static class SocketForwarderExtensions
{
    /// <summary>
    /// Adds the socket forwarder for clusters whose client is an <see cref="UpstreamClient"/>; YARP's own forwarder handles
    /// all others. Both apply the registered <see cref="IExchangeTransform"/> instances.
    /// </summary>
    /// <param name="proxy">The reverse proxy.</param>
    /// <returns>The same builder.</returns>
    public static IReverseProxyBuilder AddSocketForwarder(this IReverseProxyBuilder proxy)
    {
        proxy.Services.TryAddSingleton<ForwardingMetrics>();
        proxy.Services.TryAddSingleton<ClientLimits>();
        proxy.Services.AddSingleton(static provider => (IUpstreamForwarder)provider.GetRequiredService<IHttpForwarder>());
        return proxy.AddTransforms<YarpTransforms>().WrapForwarder(static (provider, former) => new SocketForwarder(
            former,
            provider.GetServices<IExchangeTransform>(),
            provider.GetRequiredService<IOptionsMonitor<WebSocketRelayOptions>>(),
            provider.GetRequiredService<ForwardingMetrics>(),
            provider.GetRequiredService<ClientLimits>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SocketForwarder>>()));
    }

    /// <summary>Wraps the registered forwarder in another one.</summary>
    /// <param name="proxy">The reverse proxy.</param>
    /// <param name="wrap">Creates the forwarder from the registered one.</param>
    /// <returns>The same builder.</returns>
    public static IReverseProxyBuilder WrapForwarder(
        this IReverseProxyBuilder proxy, Func<IServiceProvider, IHttpForwarder, IHttpForwarder> wrap)
    {
        var former = proxy.Services.Single(service => service.ServiceType == typeof(IHttpForwarder));
        proxy.Services.Replace(ServiceDescriptor.Singleton(provider => wrap(provider, Create(provider, former))));
        return proxy;
    }

    /// <summary>
    /// Prevents <see cref="WebApplication"/> from adding the authorization middleware, which it does because YARP registers
    /// authorization services. No route here requires authorization, and the middleware would cost time on every request.
    /// </summary>
    /// <param name="app">The application's pipeline.</param>
    public static void SkipAuthorizationMiddleware(this IApplicationBuilder app) =>
        // The property that UseAuthorization sets; WebApplication does not add the middleware if it is present.
        app.Properties["__AuthorizationMiddlewareSet"] = true;

    private static IHttpForwarder Create(IServiceProvider provider, ServiceDescriptor descriptor) =>
        (IHttpForwarder)(descriptor.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!));
}
