using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.WebSockets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Adds the forwarder over sockets.</summary>
public static class SocketForwarderExtensions
{
    /// <summary>
    /// Puts it before YARP's own forwarder, for the clusters whose client is an <see cref="UpstreamClient"/>. What the
    /// proxy changes on the way it states as <see cref="IExchangeTransform"/>, for both.
    /// </summary>
    /// <param name="proxy">The reverse proxy.</param>
    /// <returns>The same.</returns>
    public static IReverseProxyBuilder AddSocketForwarder(this IReverseProxyBuilder proxy)
    {
        proxy.Services.TryAddSingleton<ForwardingMetrics>();
        proxy.Services.TryAddSingleton<ClientLimits>();
        return proxy.AddTransforms<YarpTransforms>().WrapForwarder(static (provider, former) => new SocketForwarder(
            former,
            provider.GetServices<IExchangeTransform>(),
            provider.GetRequiredService<IOptionsMonitor<WebSocketRelayOptions>>(),
            provider.GetRequiredService<ForwardingMetrics>(),
            provider.GetRequiredService<ClientLimits>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SocketForwarder>>()));
    }

    /// <summary>Puts another forwarder before the present one.</summary>
    /// <param name="proxy">The reverse proxy.</param>
    /// <param name="wrap">Makes it, of the present one.</param>
    /// <returns>The same.</returns>
    public static IReverseProxyBuilder WrapForwarder(
        this IReverseProxyBuilder proxy, Func<IServiceProvider, IHttpForwarder, IHttpForwarder> wrap)
    {
        var former = proxy.Services.Single(service => service.ServiceType == typeof(IHttpForwarder));
        proxy.Services.Replace(ServiceDescriptor.Singleton(provider => wrap(provider, Create(provider, former))));
        return proxy;
    }

    /// <summary>
    /// Leaves out the authorization middleware that <see cref="WebApplication"/> puts in for the services that YARP brings
    /// along: no route here asks who may take it, and each request would wait for the answer.
    /// </summary>
    /// <param name="app">The program's pipeline.</param>
    public static void WithoutAuthorization(this IApplicationBuilder app) =>
        // What the middleware's own Use… method leaves behind, by which WebApplication sees that it need not.
        app.Properties["__AuthorizationMiddlewareSet"] = true;

    private static IHttpForwarder Create(IServiceProvider provider, ServiceDescriptor descriptor) =>
        (IHttpForwarder)(descriptor.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!));
}
