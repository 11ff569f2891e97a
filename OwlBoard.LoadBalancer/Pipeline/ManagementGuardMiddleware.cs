using System.Net;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Management;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Protects the management port from other web pages. A page whose host name resolves to this machine (DNS rebinding) sends
/// that name in the <c>Host</c> field, and is refused with 403. The response fields prevent pages from framing or embedding
/// the management pages, and the status page from loading external resources.
/// </summary>
internal sealed class ManagementGuardMiddleware(RequestDelegate next, IOptionsMonitor<ManagementOptions> options)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        if (Listener.Of(context) != Listener.Management)
        {
            return next(context);
        }

        SetHeaders(context.Response.Headers);
        return IsAllowed(context.Request.Host, context.Connection.LocalIpAddress) ? next(context) : RefuseAsync(context);
    }

    private static void SetHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static Task RefuseAsync(HttpContext context) => Problem.WriteAsync(context, new ProblemDetails
    {
        Status = StatusCodes.Status403Forbidden,
        Detail = $"The management port does not serve the host '{context.Request.Host.Host}'; it must be a loopback name, "
            + $"the address that the request was sent to, or one of LoadBalancer:{nameof(ManagementOptions.ManagementHosts)}.",
    });

    /// <param name="requested">The host of the request.</param>
    /// <param name="local">The address that the request was sent to. No foreign page can have it as its host.</param>
    private bool IsAllowed(HostString requested, IPAddress? local)
    {
        var host = requested.Host.Trim('[', ']');
        if (IPAddress.TryParse(host, out var address) && (IPAddress.IsLoopback(address) || IsSame(address, local)))
        {
            return true;
        }

        // RFC 6761 section 6.3: localhost and all names below it are loopback.
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || options.CurrentValue.ManagementHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsSame(IPAddress address, IPAddress? local) =>
        local is not null && ClientConnection.Normalize(local).Equals(ClientConnection.Normalize(address));
}
