using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>Extension methods that register the destination resolver.</summary>
public static class DiscoveryExtensions
{
    /// <summary>
    /// Resolves destinations with logical names (<c>http://api-gateway-2</c>, <c>http://_desktop.load-balancer</c>) through
    /// Microsoft.Extensions.ServiceDiscovery and DNS, and reloads them on change. The options are bound to section
    /// <c>Discovery</c>; see <see cref="DiscoveryOptions"/>.
    /// </summary>
    /// <param name="proxy">The reverse proxy builder.</param>
    /// <returns>The same builder.</returns>
    public static IReverseProxyBuilder AddServiceDiscoveryDestinations(this IReverseProxyBuilder proxy)
    {
        ArgumentNullException.ThrowIfNull(proxy);

        proxy.Services.AddServiceDiscovery();
        proxy.Services.TryAddSingleton(TimeProvider.System);
        proxy.Services.TryAddSingleton<IHostAddresses>(DnsHostAddresses.Instance);
        proxy.Services.TryAddSingleton<EndpointLookup>();
        proxy.Services.Replace(ServiceDescriptor.Singleton<IDestinationResolver, ServiceDiscoveryDestinationResolver>());
        proxy.Services.AddOptions<DiscoveryOptions>()
            .BindConfiguration(DiscoveryOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return proxy;
    }
}
