using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>What only the management listener answers: metrics, and taking gateways out and putting them back.</summary>
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
                Detail = $"There is no gateway '{name}'; there are: {string.Join(", ", registry.All.Select(known => known.Name))}.",
            });
            return;
        }

        health.SetDrained(gateway, drained);
        await context.Response.WriteAsJsonAsync(
            new GatewayAction(gateway.Name, gateway.Condition.State.Name(), gateway.Active), context.RequestAborted);
    }

    /// <summary>What became of the gateway.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="State">Its state now.</param>
    /// <param name="ActiveRequests">What it is still serving.</param>
    private sealed record GatewayAction(string Name, string State, int ActiveRequests);
}
