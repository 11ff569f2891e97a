using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Listeners;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Measures each request but health probes and hands what is to be said of it to <see cref="AccessLogWriter"/>.</summary>
internal sealed class AccessLogMiddleware
{
    private readonly RequestDelegate _next;
    private readonly AccessLogWriter _log;
    private readonly ClientAddress _client;
    private readonly LiveOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<object, Task> _write;

    public AccessLogMiddleware(RequestDelegate next, AccessLogWriter log, ClientAddress client, LiveOptions options, TimeProvider time)
    {
        _next = next;
        _log = log;
        _client = client;
        _options = options;
        _time = time;
        _write = context => Write((HttpContext)context);
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (_options.Current.AccessLog.Enabled && !IsProbe(context.Request))
        {
            ResponseProgress.Of(context, _time);
            // Not by waiting for the rest of the pipeline, which would cost a state machine for each request.
            context.Response.OnCompleted(_write, context);
        }

        return _next(context);
    }

    /// <summary>Whoever watches the load balancer asks every second or so; that would bury the rest.</summary>
    private static bool IsProbe(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Path == HealthEndpoint.Path;

    private Task Write(HttpContext context)
    {
        _log.Write(Describe(context, ResponseProgress.Of(context, _time)));
        return Task.CompletedTask;
    }

    private AccessLogEntry Describe(HttpContext context, ResponseProgress response)
    {
        var request = context.Request;
        return new AccessLogEntry(
            _time.GetUtcNow(),
            Listener.Of(context).Name,
            _client.Of(context),
            request.Method,
            request.Path.Value ?? "",
            request.QueryString.Value ?? "",
            request.Protocol,
            context.Response.StatusCode,
            response.Bytes,
            _time.GetElapsedTime(response.Started),
            request.Headers.UserAgent.ToString(),
            Upstream(response.Request),
            response.Request?.Tried.Count ?? 0,
            TraceParent.Of(context));
    }

    private static string Upstream(ProxiedRequest? request) => request?.Tried switch
    {
        null or [] => "-",
        [var only] => only.Name,
        var several => string.Join(", ", several.Select(gateway => gateway.Name)),
    };
}
