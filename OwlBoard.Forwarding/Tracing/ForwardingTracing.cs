using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>
/// Records each attempt as a client span, named and tagged by OpenTelemetry's HTTP conventions, while there is a listener.
/// </summary>
internal static class ForwardingTracing
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "OwlBoard.Forwarding";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool HasListeners => Source.HasListeners();

    /// <summary>Starts the span, whose id is propagated to the upstream.</summary>
    public static Activity? Start(HttpContext context, string upstream)
    {
        var activity = Source.StartActivity(context.Request.Method, ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            var address = new Uri(upstream);
            activity.SetTag("http.request.method", context.Request.Method);
            activity.SetTag("server.address", address.Host);
            activity.SetTag("server.port", address.Port);
            activity.SetTag("url.path", RequestTarget.Of(context).Path.ToString());
        }

        return activity;
    }

    /// <summary>Ends the span with the result of the attempt.</summary>
    public static void End(Activity? activity, HttpContext context, ForwarderError error)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("http.response.status_code", context.Response.StatusCode);
        if (error != ForwarderError.None || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            // For a client span, statuses from 400 are errors.
            activity.SetStatus(ActivityStatusCode.Error);
            activity.SetTag("error.type", error == ForwarderError.None ? $"{context.Response.StatusCode}" : error.ToString());
        }
    }
}
