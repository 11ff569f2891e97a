using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Management;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>Maps the endpoints of the load balancer itself: health and status.</summary>
internal static class StatusEndpoints
{
    public const string StatusPath = "/lb-status";

    private static readonly DateTime StartedAt = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static void MapStatus(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods(HealthEndpoint.Path, HealthEndpoint.Methods, Health).On(ListenerScope.Everywhere);
        endpoints.MapMethods(StatusPath, HealthEndpoint.Methods, Status).On(ListenerScope.Everywhere);
    }

    private static IResult Health(HttpContext context, DrainState drain)
    {
        ResponseHeaders.Apply(context);
        return drain.IsDraining
            ? Results.Text("draining", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text(Listener.Of(context).HealthText);
    }

    private static IResult Status(
        HttpContext context, GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> balancing, IOptionsMonitor<ManagementOptions> management, IOptionsMonitor<ActiveHealthOptions> probing, DrainState drain, AccessLogWriter accessLog, TrafficHistory history, TimeProvider time)
    {
        ResponseHeaders.Apply(context);
        var all = gateways.All;
        var active = all.Count(gateway => gateway.Condition.State == GatewayState.Healthy);
        var algorithm = balancing.CurrentValue.Algorithm;
        return Listener.Of(context) == Listener.Management && AcceptsJson(context.Request)
            ? Results.Json(new DetailedStatus(
                time.GetUtcNow(),
                algorithm,
                drain.IsDraining,
                CanDrain: !string.IsNullOrEmpty(management.CurrentValue.ManagementToken),
                IsProbing: probing.CurrentValue.Enabled,
                active,
                StartedAt,
                accessLog.Dropped,
                [.. all.Select(gateway => DetailedStatus.GatewayStatus.Of(gateway, history.LastMinute(gateway)))]))
            : Results.Text(Describe(all, active, algorithm));
    }

    private static bool AcceptsJson(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase));

    private static string Describe(IReadOnlyList<Gateway> gateways, int active, string algorithm)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Active Backends: {active}\n");
        text.Append(CultureInfo.InvariantCulture, $"Algorithm: {algorithm}\n");
        foreach (var gateway in gateways)
        {
            text.Append(CultureInfo.InvariantCulture, $"{gateway.Name} {gateway.Address} {gateway.Condition.State.Name()} active={gateway.Active}\n");
        }

        return text.ToString();
    }
}
