using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.LoadBalancer.Telemetry;

/// <summary>Measures each request and says at its end what became of it: in the metrics and, health probes apart, in the access log.</summary>
internal sealed class MeasurementMiddleware
{
    private readonly RequestDelegate _next;
    private readonly LoadBalancerMetrics _metrics;
    private readonly AccessLogWriter _log;
    private readonly ClientAddress _client;
    private readonly LiveOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<HttpContext, ResponseProgress> _ended;

    public MeasurementMiddleware(
        RequestDelegate next, LoadBalancerMetrics metrics, AccessLogWriter log, ClientAddress client, LiveOptions options, TimeProvider time)
    {
        _next = next;
        _metrics = metrics;
        _log = log;
        _client = client;
        _options = options;
        _time = time;
        _ended = OnEnded;
    }

    public Task InvokeAsync(HttpContext context)
    {
        // First of all: setting a feature makes the context forget those that it has looked up.
        var response = ResponseProgress.Begin(context, _time);
        response.Ended = _ended;
        Task rest;
        try
        {
            rest = _next(context);
        }
        catch
        {
            EndAfterServer(context, response);
            throw;
        }

        // Who forwards it ends it too: to wait here as well would cost each request a state machine.
        return response.Request is null ? EndAfterAsync(rest, context, response) : rest;
    }

    private static async Task EndAfterAsync(Task rest, HttpContext context, ResponseProgress response)
    {
        try
        {
            await rest;
            response.End(context);
        }
        catch
        {
            EndAfterServer(context, response);
            throw;
        }
    }

    /// <summary>An error that nobody caught is answered by the server, after everything else.</summary>
    private static void EndAfterServer(HttpContext context, ResponseProgress response) => context.Response.OnCompleted(() =>
    {
        response.End(context);
        return Task.CompletedTask;
    });

    /// <summary>Whoever watches the load balancer asks every second or so; that would bury the rest.</summary>
    private static bool IsProbe(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Path == HealthEndpoint.Path;

    private static string Upstream(ProxiedRequest? request) => (request?.Tried ?? []) switch
    {
        [] => "-",
        [var only] => only.Name,
        var several => string.Join(", ", several.Select(gateway => gateway.Name)),
    };

    private void OnEnded(HttpContext context, ResponseProgress response)
    {
        var duration = _time.GetElapsedTime(response.Started);
        _metrics.RequestEnded(context, duration);
        var request = context.Request;
        if (!_options.Current.AccessLog.Enabled || IsProbe(request))
        {
            return;
        }

        _log.Write(new AccessLogEntry(
            _time.GetUtcNow(),
            response.Connection.Listener.Name,
            _client.Of(context, response.Connection),
            request.Method,
            RequestTarget.Of(context),
            request.Protocol,
            context.Response.StatusCode,
            response.Bytes,
            duration,
            FieldText.Of(request.Headers.UserAgent),
            Upstream(response.Request),
            response.Request?.Tried.Length ?? 0,
            TraceParent.Of(context)));
    }
}
