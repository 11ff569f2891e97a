using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>Each try at an upstream as a client span, named and tagged by OpenTelemetry's HTTP conventions, while somebody listens.</summary>
internal static class ForwardingTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "OwlBoard.Forwarding";

    private static readonly ActivitySource Source = new(SourceName);

    public static bool IsWanted => Source.HasListeners();

    /// <summary>Begins the span; the request carries its id on.</summary>
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

    /// <summary>Says what became of it.</summary>
    public static void End(Activity? activity, HttpContext context, ForwarderError error)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("http.response.status_code", context.Response.StatusCode);
        if (error != ForwarderError.None || context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            // A client span's status is an error from 400 on.
            activity.SetStatus(ActivityStatusCode.Error);
            activity.SetTag("error.type", error == ForwarderError.None ? $"{context.Response.StatusCode}" : error.ToString());
        }
    }
}
