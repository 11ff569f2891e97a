using System.Diagnostics;
using OwlBoard.LoadBalancer.ClientIdentity;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Listeners;
using OwlBoard.LoadBalancer.Retry;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>Measures each request but health probes and hands what is to be said of it to <see cref="AccessLogWriter"/>.</summary>
internal sealed class AccessLogMiddleware(
    RequestDelegate next, AccessLogWriter log, ClientAddress client, LiveOptions options, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context) =>
        options.Current.AccessLog.Enabled && !IsProbe(context.Request) ? MeasureAsync(context) : next(context);

    /// <summary>Whoever watches the load balancer asks every second or so; that would bury the rest.</summary>
    private static bool IsProbe(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Path == HealthEndpoint.Path;

    private async Task MeasureAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var sent = ResponseProgress.Of(context, time);
        try
        {
            await next(context);
        }
        finally
        {
            log.Write(Describe(context, time.GetElapsedTime(started), sent.Bytes));
        }
    }

    private AccessLogEntry Describe(HttpContext context, TimeSpan duration, long bytes)
    {
        var request = context.Request;
        var proxied = context.Features.Get<ProxiedRequest>();
        return new AccessLogEntry(
            time.GetUtcNow(),
            Listener.Of(context).Name,
            client.Of(context),
            request.Method,
            request.Path.Value ?? "",
            request.QueryString.Value ?? "",
            request.Protocol,
            context.Response.StatusCode,
            bytes,
            duration,
            request.Headers.UserAgent.ToString(),
            Upstream(proxied),
            proxied?.Tried.Count ?? 0,
            Activity.Current?.TraceId.ToString() ?? "-");
    }

    private static string Upstream(ProxiedRequest? request) => request?.Tried switch
    {
        null or [] => "-",
        [var only] => only.Name,
        var several => string.Join(", ", several.Select(gateway => gateway.Name)),
    };
}
