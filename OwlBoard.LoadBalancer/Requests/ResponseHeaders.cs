
namespace OwlBoard.LoadBalancer.Requests;

/// <summary>The header fields of every response, forwarded or not.</summary>
internal static class ResponseHeaders
{
    public const string LoadBalancer = "X-Load-Balancer";
    public const string UpstreamServer = "X-Upstream-Server";

    /// <summary>Sets the fields, replacing those of a gateway.</summary>
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
