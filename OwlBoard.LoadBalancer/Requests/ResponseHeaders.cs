
namespace OwlBoard.LoadBalancer.Requests;

/// <summary>The headers that each response carries, whoever made it.</summary>
internal static class ResponseHeaders
{
    public const string LoadBalancer = "X-Load-Balancer";
    public const string UpstreamServer = "X-Upstream-Server";

    /// <summary>Sets them in place of what a gateway may have sent under these names.</summary>
    public static void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[LoadBalancer] = Listener.Of(context).LoadBalancerHeader;
        headers.XFrameOptions = "SAMEORIGIN";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers.Remove("Server");
    }
}
