using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.AppHost.Embedded.Dashboard.Records;
using OwlBoard.AppHost.Embedded.Logs;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>
/// <c>GET /api/console?resource=…</c>: the console lines that are kept, and then each new one. <c>GET /api/records</c>: what
/// was logged, newest first.
/// </summary>
internal static class LogEndpoints
{
    private const int MostRecords = 500;

    public static void MapLogs(
        this IEndpointRouteBuilder endpoints, ResourceLogs logs, LogRecordStore records, CancellationToken stopping)
    {
        endpoints.MapGet("/api/console", context => SendConsoleAsync(context, logs, stopping));
        endpoints.MapGet("/api/records", context =>
        {
            var query = context.Request.Query;
            _ = int.TryParse(query["severity"], NumberStyles.None, CultureInfo.InvariantCulture, out var severity);
            return DashboardJson.SendAsync(context, records
                .Find(new(query["resource"], query["text"], severity, query["trace"]), MostRecords)
                .Select(record => new
                {
                    record.Number,
                    record.Resource,
                    record.Category,
                    Time = Nanoseconds.ToMilliseconds(record.Time),
                    record.Severity,
                    record.Text,
                    record.TraceId,
                    record.SpanId,
                    record.Attributes,
                }));
        });
    }

    private static async Task SendConsoleAsync(HttpContext context, ResourceLogs logs, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        string? resource = context.Request.Query["resource"];
        _ = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        var events = EventStream.Open(context);
        await using var lines = logs.ReadAsync(string.IsNullOrEmpty(resource) ? null : resource, ended.Token, last)
            .GetAsyncEnumerator(CancellationToken.None);
        try
        {
            // The page learns that it is connected even where there is no line yet.
            await events.FlushAsync(ended.Token);
            while (true)
            {
                var next = lines.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    await events.FlushAsync(ended.Token);
                }

                if (!await next)
                {
                    return;
                }

                events.Write("line", lines.Current, lines.Current.Number);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The page is closed, or the application stops.
        }
    }
}
