using Microsoft.AspNetCore.Server.Kestrel.Core;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Gateway.Configuration;

/// <summary>
/// Sets Kestrel's limits. The load balancer limits the body, the headers (32 KiB, 100 fields) and the request line (8 KiB) and
/// adds headers of its own, so the gateway's limits are higher: a request that the load balancer forwards must not fail here.
/// </summary>
internal static class GatewayLimits
{
    private const int HeadersBytes = 64 * 1024;
    private const int HeaderFields = 150;
    private const int RequestLineBytes = 16 * 1024;

    public static void Apply(KestrelServerOptions server)
    {
        server.AddServerHeader = false;
        server.UseOpaqueFields();
        server.AcceptTargetsOfAllForms();
        server.Limits.MaxRequestHeadersTotalSize = HeadersBytes;
        server.Limits.MaxRequestHeaderCount = HeaderFields;
        server.Limits.MaxRequestLineSize = RequestLineBytes;
        // The load balancer and the services limit the body.
        server.Limits.MaxRequestBodySize = null;
        // The load balancer enforces the client's data rates; a slow client makes both bodies slow here too.
        server.Limits.MinRequestBodyDataRate = null;
        server.Limits.MinResponseDataRate = null;
    }
}
