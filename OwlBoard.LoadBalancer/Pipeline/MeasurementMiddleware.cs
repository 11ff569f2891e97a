using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.LoadBalancer.Telemetry;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>Measures each request and records it in the metrics and, unless it is a health probe, in the access log.</summary>
internal sealed class MeasurementMiddleware
{
    private readonly RequestDelegate _next;
    private readonly LoadBalancerMetrics _metrics;
    private readonly AccessLogWriter _log;
    private readonly ClientAddress _client;
    private readonly IOptionsMonitor<AccessLogOptions> _options;
    private readonly TimeProvider _time;
    private readonly Action<HttpContext, ProxyRequestContext> _completed;

    public MeasurementMiddleware(
        RequestDelegate next, LoadBalancerMetrics metrics, AccessLogWriter log, ClientAddress client, IOptionsMonitor<AccessLogOptions> options, TimeProvider time)
    {
        _next = next;
        _metrics = metrics;
        _log = log;
        _client = client;
        _options = options;
        _time = time;
        _completed = OnCompleted;
    }

    public Task InvokeAsync(HttpContext context)
    {
        // Before everything else: setting a feature invalidates the features that the context has cached.
        var request = ProxyRequestContext.Begin(context, _time, _completed);
        Task rest;
        try
        {
            rest = _next(context);
        }
        catch
        {
            CompleteAfterServer(context, request);
            throw;
        }

        // A forwarded request is completed by AttemptLoop: waiting here as well would cost a state machine per request.
        return request.IsForwarded ? rest : CompleteAfterAsync(rest, context, request);
    }

    private static async Task CompleteAfterAsync(Task rest, HttpContext context, ProxyRequestContext request)
    {
        try
        {
            await rest;
            request.Complete(context);
        }
        catch
        {
            CompleteAfterServer(context, request);
            throw;
        }
    }

    /// <summary>Completes the request after the server has responded to an exception that was not handled.</summary>
    private static void CompleteAfterServer(HttpContext context, ProxyRequestContext request) => context.Response.OnCompleted(() =>
    {
        request.Complete(context);
        return Task.CompletedTask;
    });

    /// <summary>Returns <see langword="true"/> for a health probe. Frequent probes would fill the access log.</summary>
    private static bool IsProbe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Path == HealthEndpoint.Path;

    private static string Upstream(ImmutableArray<Gateway> attempted) => attempted switch
    {
        [] => "-",
        [var only] => only.Name,
        var several => string.Join(", ", several.Select(gateway => gateway.Name)),
    };

    private void OnCompleted(HttpContext context, ProxyRequestContext completed)
    {
        var duration = _time.GetElapsedTime(completed.Started);
        _metrics.RequestEnded(context, duration);
        var request = context.Request;
        if (!_options.CurrentValue.Enabled || IsProbe(request))
        {
            return;
        }

        _log.Write(new AccessLogEntry(
            _time.GetUtcNow(),
            completed.Connection.Listener.Name,
            _client.Of(context, completed.Connection),
            request.Method,
            RequestTarget.Of(context),
            request.Protocol,
            context.Response.StatusCode,
            completed.Response.Bytes,
            duration,
            FieldText.Of(request.Headers.UserAgent),
            Upstream(completed.Attempted),
            completed.Attempted.Length,
            TraceParent.Of(context)));
    }
}
