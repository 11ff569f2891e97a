using System.Diagnostics;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.WebSockets;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>
/// Forwards a try to the gateway that was picked for it. Called by <see cref="RetryMiddleware"/> and not a middleware
/// itself, as YARP's that does this: each one that waits costs every request a state machine.
/// </summary>
internal sealed class TryForwarder(IHttpForwarder forwarder, GatewayRegistry gateways, LiveOptions options)
{
    /// <summary>
    /// Begins the try, with what YARP's forwarder cannot know of it: a token that ends the try without ending the client's
    /// request.
    /// </summary>
    /// <returns>What went wrong, if anything did.</returns>
    public ValueTask<ForwarderError> SendAsync(HttpContext context, ProxiedRequest request, IReverseProxyFeature proxy)
    {
        if (proxy.AvailableDestinations is not [var destination, ..])
        {
            return ValueTask.FromResult(ForwarderError.NoAvailableDestinations);
        }

        if (request.Gateway is null)
        {
            // YARP asks no policy where there is but one to choose from.
            var gateway = gateways.Of(destination);
            gateway.Acquire();
            request.Acquired(gateway);
        }

        proxy.ProxiedDestination = destination;
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag("proxy.route_id", proxy.Route.Config.RouteId);
            activity.SetTag("proxy.cluster_id", proxy.Cluster.Config.ClusterId);
            activity.SetTag("proxy.destination_id", destination.DestinationId);
        }

        var cluster = proxy.Cluster;
        var settings = cluster.Config.HttpRequest ?? ForwarderRequestConfig.Empty;
        var isUpgrade = WebSocketUpgrade.IsRequested(context);
        if (cluster.HttpClient is UpstreamClient)
        {
            request.BeginTry();
        }
        else
        {
            request.BeginTryWithOwnToken();
            if (!isUpgrade)
            {
                request.BeginExchange(options.Current.ConnectionPool.IdleConnections);
            }
        }

        if (isUpgrade)
        {
            request.BeginUpgrade();
        }

        return forwarder.SendAsync(
            context, destination.Model.Config.Address, cluster.HttpClient, settings, proxy.Route.Transformer, request.TryToken);
    }
}
