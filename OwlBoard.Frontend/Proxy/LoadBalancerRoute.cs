using System.Net;
using OwlBoard.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Frontend.Proxy;

/// <summary><c>/api/**</c> goes to the load balancer as it is.</summary>
internal static class LoadBalancerRoute
{
    private const string Api = "api";

    /// <summary>Above the 60 s after which the load balancer itself answers 504, which says more.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(75);

    public static InMemoryConfigProvider Create(FrontendOptions options) => new(
        [new RouteConfig { RouteId = Api, ClusterId = Api, Match = new() { Path = "/api/{**path}" } }],
        [Cluster(options)]);

    /// <summary>Answers a request that is not to be forwarded; what follows on its connection may be a part of it.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.Headers.Connection = "close";
        return Results.Problem(statusCode: status, detail: detail, instance: context.Request.Path).ExecuteAsync(context);
    }

    private static ClusterConfig Cluster(FrontendOptions options) => new()
    {
        ClusterId = Api,
        Destinations = new Dictionary<string, DestinationConfig>
        {
            [ResourceNames.LoadBalancer] = new() { Address = options.LoadBalancer },
        },
        // As Kestrel reads and writes them: a byte a character.
        HttpClient = new HttpClientConfig { RequestHeaderEncoding = "latin1", ResponseHeaderEncoding = "latin1" },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = RequestTimeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        },
    };
}
