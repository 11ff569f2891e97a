using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Writes a line for each request that Kestrel's parser refuses (400, 408, 414, 431, 505), since the pipeline does not see
/// it. Kestrel reports those as diagnostic events.
/// </summary>
internal sealed class RefusedRequestLog(AccessLogWriter log, IOptionsMonitor<AccessLogOptions> options, TimeProvider time, DiagnosticListener others) : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>What the parser did not get to.</summary>
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
        // One that came to the pipeline, and failed there, has its line.
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
            // A head that cannot be read is no witness of another client.
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
