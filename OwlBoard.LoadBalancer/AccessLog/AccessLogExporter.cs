using System.Net;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Exports requests as log records with their trace IDs, so that a telemetry backend links records and traces. Registered
/// only if OTLP export is configured; access log lines are written in any case.
/// </summary>
internal sealed partial class AccessLogExporter(ILogger<AccessLogExporter> logger)
{
    public void Export(in AccessLogEntry entry) =>
        LogRequest(
            entry.Method,
            entry.Target.PathAndQuery.ToString(),
            entry.Status,
            entry.Duration.TotalMilliseconds,
            entry.Bytes,
            entry.Client,
            entry.Listener,
            entry.Upstream,
            entry.Attempts,
            entry.UserAgent);

    [LoggerMessage(
        1, LogLevel.Information,
        "{Method} {Target} {Status} in {Duration:0.0} ms, {Bytes} bytes, client: {Client}, listener: {Listener}, upstream: {Upstream}, attempts: {Attempts}, user agent: {UserAgent}")]
    private partial void LogRequest(
        string method, string target, int status, double duration, long bytes, IPAddress client, string listener, string upstream,
        int attempts, string userAgent);
}
