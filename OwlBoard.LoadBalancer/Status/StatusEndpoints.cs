using System.Globalization;
using System.Text;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Listeners;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>What the load balancer answers itself, for people and for whatever watches it.</summary>
internal static class StatusEndpoints
{
    public const string StatusPath = "/lb-status";

    public static void MapStatus(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(HealthEndpoint.Path, Health);
        endpoints.MapGet(StatusPath, Status);
    }

    private static IResult Health(HttpContext context, DrainState drain)
    {
        ResponseHeaders.Apply(context);
        return drain.IsDraining
            ? Results.Text("draining", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text(Listener.Of(context).HealthText);
    }

    private static IResult Status(HttpContext context, GatewayRegistry gateways, LiveOptions options)
    {
        ResponseHeaders.Apply(context);
        var all = gateways.All;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Active Backends: {all.Count(gateway => gateway.Condition.State == GatewayState.Healthy)}\n");
        text.Append(CultureInfo.InvariantCulture, $"Algorithm: {options.Current.Algorithm}\n");
        foreach (var gateway in all)
        {
            var condition = gateway.Condition;
            text.Append(CultureInfo.InvariantCulture, $"{gateway.Name} {gateway.Address} {condition.State.ToString().ToLowerInvariant()} active={gateway.Active}\n");
        }

        return Results.Text(text.ToString());
    }
}
