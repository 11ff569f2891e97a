using System.Net;
using OwlBoard.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Frontend.Proxy;

/// <summary>The route that forwards <c>/api/**</c> to the load balancer unchanged.</summary>
internal static class LoadBalancerRoute
{
    private const string Api = "api";

    /// <summary>The request timeout, above the 60 s after which the load balancer responds with a more specific 504.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(75);

    public static InMemoryConfigProvider Create(FrontendOptions options) => new(
        [new RouteConfig { RouteId = Api, ClusterId = Api, Match = new() { Path = "/api/{**path}" } }],
        [Cluster(options)]);

    /// <summary>Refuses a request and closes its connection, since the following bytes may be a part of the request.</summary>
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
        // Latin-1, one byte per character, as Kestrel reads and writes headers.
        HttpClient = new HttpClientConfig { RequestHeaderEncoding = "latin1", ResponseHeaderEncoding = "latin1" },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = RequestTimeout,
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        },
    };
}
