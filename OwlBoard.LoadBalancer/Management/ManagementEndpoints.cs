using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>Maps the endpoints of the management listener: metrics, and draining and activating gateways.</summary>
internal static class ManagementEndpoints
{
    public static void MapManagement(this IEndpointRouteBuilder endpoints)
    {
        var management = endpoints.MapGroup("").On(ListenerScope.Management);
        management.MapPrometheusScrapingEndpoint("/metrics");

        var gateways = management.MapGroup("/gateways/{name}").AddEndpointFilter<ManagementTokenFilter>();
        gateways.MapPost("/drain", (string name, HttpContext context, GatewayRegistry registry, GatewayHealth health) =>
            SetDrainedAsync(name, drained: true, context, registry, health));
        gateways.MapPost("/activate", (string name, HttpContext context, GatewayRegistry registry, GatewayHealth health) =>
            SetDrainedAsync(name, drained: false, context, registry, health));
    }

    private static async Task SetDrainedAsync(string name, bool drained, HttpContext context, GatewayRegistry registry, GatewayHealth health)
    {
        var gateway = registry.All.FirstOrDefault(gateway => gateway.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (gateway is null)
        {
            await Problem.WriteAsync(context, new ProblemDetails
            {
                Status = StatusCodes.Status404NotFound,
                Detail = $"Gateway '{name}' does not exist; it must be one of: {string.Join(", ", registry.All.Select(known => known.Name))}.",
            });
            return;
        }

        health.SetDrained(gateway, drained);
        await context.Response.WriteAsJsonAsync(
            new GatewayAction(gateway.Name, gateway.Condition.State.Name(), gateway.Active), context.RequestAborted);
    }

    /// <summary>The state of a gateway after a change by an operator.</summary>
    /// <param name="Name">The gateway's name.</param>
    /// <param name="State">The gateway's current state.</param>
    /// <param name="ActiveRequests">The number of active requests.</param>
    private sealed record GatewayAction(string Name, string State, int ActiveRequests);
}
