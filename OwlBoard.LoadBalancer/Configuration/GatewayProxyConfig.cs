using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>A snapshot of the routes and clusters, valid until <see cref="ChangeToken"/> fires.</summary>
internal sealed class GatewayProxyConfig(
    IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, CancellationToken changed) : IProxyConfig
{
    public IReadOnlyList<RouteConfig> Routes => routes;

    public IReadOnlyList<ClusterConfig> Clusters => clusters;

    public IChangeToken ChangeToken { get; } = new CancellationChangeToken(changed);
}
