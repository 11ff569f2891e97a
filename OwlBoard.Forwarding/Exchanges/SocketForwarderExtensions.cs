using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Transforms;
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
        var services = proxy.Services;
        services.TryAddSingleton<ForwardingMetrics>();
        proxy.AddTransforms<YarpTransforms>();
        var former = services.Single(service => service.ServiceType == typeof(IHttpForwarder));
        services.Replace(ServiceDescriptor.Singleton<IHttpForwarder>(provider => new SocketForwarder(
            Create(provider, former),
            provider.GetServices<IExchangeTransform>(),
            provider.GetRequiredService<ForwardingMetrics>(),
            provider.GetRequiredService<ILogger<SocketForwarder>>())));
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
