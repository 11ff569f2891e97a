using System.Net;
using OwlBoard.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Frontend.Proxy;

/// <summary>
/// <c>/api/**</c> goes to the load balancer as it is. WebSockets have a cluster of their own, since they may be idle for
/// longer than anything else.
/// </summary>
internal static class LoadBalancerRoute
{
    /// <summary>Above the 60 s after which the load balancer itself answers 504, which says more.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan WebSocketTimeout = TimeSpan.FromHours(24);

    public static InMemoryConfigProvider Create(FrontendOptions options)
    {
        var api = new RouteConfig
        {
            RouteId = "api",
            ClusterId = "api",
            Match = new() { Path = "/api/{**path}" },
        };
        var webSockets = api with
        {
            RouteId = "api-websockets",
            ClusterId = "api-websockets",
            Order = -1,
            Match = api.Match with
            {
                Headers = [new() { Name = "Upgrade", Values = ["websocket"], Mode = HeaderMatchMode.ExactHeader }],
            },
        };
        return new InMemoryConfigProvider(
            [api, webSockets],
            [Cluster("api", options, RequestTimeout), Cluster("api-websockets", options, WebSocketTimeout)]);
    }

    /// <summary>Answers a request that is not to be forwarded; what follows on its connection may be a part of it.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.Headers.Connection = "close";
        return Results.Problem(statusCode: status, detail: detail, instance: context.Request.Path).ExecuteAsync(context);
    }

    private static ClusterConfig Cluster(string id, FrontendOptions options, TimeSpan timeout) => new()
    {
        ClusterId = id,
        Destinations = new Dictionary<string, DestinationConfig>
        {
            [ResourceNames.LoadBalancer] = new() { Address = options.LoadBalancer },
        },
        // As Kestrel reads and writes them: a byte a character.
        HttpClient = new HttpClientConfig { RequestHeaderEncoding = "latin1", ResponseHeaderEncoding = "latin1" },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = timeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        },
    };
}
