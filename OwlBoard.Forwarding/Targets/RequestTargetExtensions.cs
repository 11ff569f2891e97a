using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.Forwarding.Targets;

/// <summary>Extension methods that forward request targets as clients sent them.</summary>
public static class RequestTargetExtensions
{
    private const string AuthorityField = ":authority";

    /// <summary>
    /// Accepts hosts as RFC 9112 section 3.2 does: a target in absolute form overrides <c>Host</c>, and a port may be empty.
    /// </summary>
    /// <param name="server">The server's options. Set <see cref="KestrelServerOptions.RequestHeaderEncodingSelector"/> first.</param>
    public static void AcceptTargetsOfAllForms(this KestrelServerOptions server)
    {
        server.AllowHostHeaderOverride = true;
        var encodingOfOthers = server.RequestHeaderEncodingSelector;
        server.RequestHeaderEncodingSelector = name => name is "Host" or AuthorityField ? HostEncoding.Instance : encodingOfOthers(name);
    }

    /// <summary>
    /// Refuses targets that two servers could read differently, and responds to <c>OPTIONS *</c> with 204. Precedes routing.
    /// </summary>
    /// <param name="app">The application's pipeline.</param>
    /// <param name="refuse">Responds with status 400 and the reason.</param>
    /// <param name="decorate">Sets the header fields of all the program's own responses.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseRequestTarget(
        this IApplicationBuilder app, Func<HttpContext, string, Task> refuse, Action<HttpContext>? decorate = null)
    {
        RequestDelegate options = context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            decorate?.Invoke(context);
            return Task.CompletedTask;
        };
        return app.UseMiddleware<RequestTargetMiddleware>(refuse, options);
    }

    /// <summary>Makes YARP's own forwarder send the target as the client sent it; by default it encodes the decoded path.</summary>
    /// <param name="transforms">The transforms of a route.</param>
    public static void AddRequestTarget(this TransformBuilderContext transforms) => transforms.AddRequestTransform(static transform =>
    {
        transform.ProxyRequest.RequestUri = RequestTarget.Of(transform.HttpContext).At(transform.DestinationPrefix);
        return default;
    });
}
