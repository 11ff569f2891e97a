using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.AppHost.Embedded.Dashboard.Traces;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary><c>GET /api/traces</c>: the list; <c>GET /api/traces/{id}</c>: one as a waterfall. Times are milliseconds.</summary>
internal static class TraceEndpoints
{
    private const int MostTraces = 200;

    public static void MapTraces(this IEndpointRouteBuilder endpoints, TraceStore traces)
    {
        endpoints.MapGet("/api/traces", context => DashboardJson.SendAsync(context, new
        {
            traces.Count.Traces,
            traces.Count.Spans,
            List = traces.Find(QueryOf(context.Request.Query), MostTraces).Select(trace => new
            {
                trace.Id,
                trace.Name,
                trace.Resource,
                Start = Nanoseconds.ToMilliseconds(trace.Start),
                Duration = Nanoseconds.ToMilliseconds(trace.Duration),
                trace.Spans,
                trace.Errors,
                trace.Resources,
            }),
        }));
        endpoints.MapGet("/api/traces/{id}", context =>
        {
            var id = (string)context.Request.RouteValues["id"]!;
            return traces.Get(id) is { } spans
                ? DashboardJson.SendAsync(context, Waterfall(id, spans))
                : DashboardJson.NotFoundAsync(context, "This trace is not kept any more: the newest ones take the place of the oldest.");
        });
    }

    private static TraceQuery QueryOf(IQueryCollection query)
    {
        _ = double.TryParse(query["milliseconds"], NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds);
        return new(query["resource"], query["text"], query["errors"] == "true", (ulong)Math.Clamp(milliseconds * 1e6, 0, 1e18));
    }

    private static object Waterfall(string id, IReadOnlyList<Span> spans)
    {
        var start = spans.Min(span => span.Start);
        var rows = TraceTree.Of(spans);
        return new
        {
            Id = id,
            Name = rows[0].Span.Title,
            Start = Nanoseconds.ToMilliseconds(start),
            Duration = Nanoseconds.ToMilliseconds(spans.Max(span => span.End) - start),
            IsCut = spans.Count == TraceStore.MostSpansOfTrace,
            Spans = rows.Select(row => new
            {
                row.Span.Id,
                row.Span.ParentId,
                row.Depth,
                row.Span.Resource,
                row.Span.Name,
                row.Span.Kind,
                row.Span.Source,
                // From the trace's start, so that no digit is lost.
                Offset = Nanoseconds.ToMilliseconds(row.Span.Start - start),
                Duration = Nanoseconds.ToMilliseconds(row.Span.End - row.Span.Start),
                row.Span.IsError,
                row.Span.Message,
                row.Span.Attributes,
                Events = row.Span.Events.Select(e => new
                {
                    e.Name,
                    Offset = Nanoseconds.ToMilliseconds(e.Time) - Nanoseconds.ToMilliseconds(start),
                    e.Attributes,
                }),
            }),
        };
    }
}
