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
        services.DecorateForwarder((provider, other) => new SocketForwarder(
            other,
            provider.GetServices<IExchangeTransform>(),
            provider.GetRequiredService<ForwardingMetrics>(),
            provider.GetRequiredService<ILogger<SocketForwarder>>()));
        return proxy;
    }

    /// <summary>Wraps the forwarder that is registered, whichever it is.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="decorate">Makes the new forwarder around the former one.</param>
    public static void DecorateForwarder(this IServiceCollection services, Func<IServiceProvider, IHttpForwarder, IHttpForwarder> decorate)
    {
        var former = services.Single(service => service.ServiceType == typeof(IHttpForwarder));
        services.Replace(ServiceDescriptor.Singleton(provider => decorate(provider, Create(provider, former))));
    }

    private static IHttpForwarder Create(IServiceProvider provider, ServiceDescriptor descriptor) =>
        (IHttpForwarder)(descriptor.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.CreateInstance(provider, descriptor.ImplementationType!));
}
