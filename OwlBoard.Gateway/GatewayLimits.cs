using Microsoft.AspNetCore.Server.Kestrel.Core;
using OwlBoard.Forwarding.Fields;
using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Gateway;

/// <summary>
/// The load balancer limits what clients send (body, headers 32 KiB in 100 fields, request line 8 KiB) and adds
/// headers of its own: what it let through must never fail here.
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
        // Bodies are passed on as they come: the load balancer's limit and the service's own are those that count.
        server.Limits.MaxRequestBodySize = null;
        // A slow body is slow because the client is, and the load balancer times clients. So is a response that is read slowly.
        server.Limits.MinRequestBodyDataRate = null;
        server.Limits.MinResponseDataRate = null;
    }
}
