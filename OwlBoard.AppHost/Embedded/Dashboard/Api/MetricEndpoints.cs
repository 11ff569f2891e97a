using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.AppHost.Embedded.Dashboard.Metrics;
using OwlBoard.AppHost.Embedded.Dashboard.Traffic;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>
/// <c>GET /api/traffic</c>: the gateways' last minutes. <c>GET /api/instruments</c>: all there is;
/// <c>GET /api/series?resource=…&amp;instrument=…</c>: one of them, second by second.
/// </summary>
internal static class MetricEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder endpoints, MetricStore metrics, TrafficReader traffic)
    {
        endpoints.MapGet("/api/traffic", context => DashboardJson.SendAsync(context, traffic.ReadHistory()));
        endpoints.MapGet("/api/instruments", context => DashboardJson.SendAsync(context, new
        {
            metrics.Refused,
            List = metrics.Read(all => all
                .GroupBy(series => (series.Resource, series.Instrument))
                .Select(group => new { group.Key.Resource, group.Key.Instrument, Series = group.Count() })
                .OrderBy(group => group.Resource, StringComparer.Ordinal)
                .ThenBy(group => group.Instrument.Name, StringComparer.Ordinal)
                .ToArray()),
        }));
        endpoints.MapGet("/api/series", context => SendSeriesAsync(context, metrics));
    }

    private static Task SendSeriesAsync(HttpContext context, MetricStore metrics)
    {
        string? resource = context.Request.Query["resource"];
        string? instrument = context.Request.Query["instrument"];
        var found = metrics.Read(all => all
            .Where(series => series.Resource == resource && series.Instrument.Name == instrument)
            .Select(series => new
            {
                series.Instrument,
                series.Attributes,
                Points = series.Points.Select(point => new { point.Second, point.Value, point.Count, P50 = Quantile(series, point, 0.5), P99 = Quantile(series, point, 0.99) }).ToArray(),
            })
            .ToArray());
        return found.Length == 0
            ? DashboardJson.NotFoundAsync(context, $"{resource} has not reported {instrument}.")
            : DashboardJson.SendAsync(context, new { metrics.Now, MetricStore.Window, found[0].Instrument, Series = found });
    }

    private static double? Quantile(Series series, Point point, double part)
    {
        var values = new Distribution();
        values.Add(series.Bounds, point);
        return values.Quantile(part);
    }
}
