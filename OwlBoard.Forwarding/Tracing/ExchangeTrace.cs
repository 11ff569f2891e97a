using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>The span and the duration of one exchange, by OpenTelemetry's HTTP conventions. Created only while a listener collects spans.</summary>
internal sealed class ExchangeTrace
{
    private readonly Activity? _activity;
    private readonly string _upstream;
    private readonly long _started = Stopwatch.GetTimestamp();

    private ExchangeTrace(Activity? activity, string upstream)
    {
        _activity = activity;
        _upstream = upstream;
    }

    /// <summary>Starts the span. Its id is sent with the request.</summary>
    public static ExchangeTrace Start(HttpContext context, string upstream) => new(ForwardingTracing.Start(context, upstream), upstream);

    /// <summary>Ends the span and records the duration.</summary>
    public void End(HttpContext context, ForwarderError error, ForwardingMetrics metrics)
    {
        ForwardingTracing.End(_activity, context, error);
        _activity?.Dispose();
        metrics.Ended(
            context.Request.Method, new Uri(_upstream), context.Response.StatusCode,
            error == ForwarderError.None ? null : error.ToString(), Stopwatch.GetElapsedTime(_started));
    }
}
