using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Writes an access log line for each request that Kestrel's parser refuses (400, 408, 414, 431, 505). These requests do
/// not reach the pipeline; Kestrel reports them as diagnostic events.
/// </summary>
internal sealed class RefusedRequestLog(AccessLogWriter log, IOptionsMonitor<AccessLogOptions> options, TimeProvider time, DiagnosticListener others) : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>The value of a field that the parser did not reach.</summary>
    private const string Unknown = "-";

    public override bool IsEnabled(string name) => name == BadRequest || others.IsEnabled(name);

    public override void Write(string name, object? value)
    {
        if (name == BadRequest && value is IFeatureCollection request && options.CurrentValue.Enabled)
        {
            WriteLine(request);
        }

        if (others.IsEnabled(name))
        {
            others.Write(name, value);
        }
    }

    private void WriteLine(IFeatureCollection features)
    {
        // A request that failed in the pipeline already has its line.
        if (features.Get<IHttpResponseBodyFeature>() is ResponseMeter
            || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException refusal
            || features.Get<ClientConnection>() is not { } connection
            || features.Get<IHttpRequestFeature>() is not { } request)
        {
            return;
        }

        log.Write(new AccessLogEntry(
            time.GetUtcNow(),
            connection.Listener.Name,
            // The forwarded address in a malformed request head is not trusted.
            connection.Peer,
            request.Method is { Length: > 0 } method ? method : Unknown,
            RequestTarget.Parse(request.RawTarget is { Length: > 0 } target ? target : Unknown),
            request.Protocol is { Length: > 0 } protocol ? protocol : Unknown,
            refusal.StatusCode,
            Bytes: 0,
            Duration: TimeSpan.Zero,
            FieldText.Of(request.Headers.UserAgent),
            Upstream: Unknown,
            Attempts: 0,
            TraceParent: ""));
    }
}
