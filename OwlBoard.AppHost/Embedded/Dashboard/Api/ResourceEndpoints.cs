using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.AppHost.Embedded.Running;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary><c>POST /api/resources/{name}/{start|stop|restart}</c>: answered when it is done.</summary>
internal static class ResourceEndpoints
{
    public static void MapResources(this IEndpointRouteBuilder endpoints, ResourceControl control) =>
        endpoints.MapPost("/api/resources/{name}/{command}", async context =>
        {
            var (name, command) = ((string)context.Request.RouteValues["name"]!, (string)context.Request.RouteValues["command"]!);
            if (await control.TryRunAsync(name, command))
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            await DashboardJson.NotFoundAsync(context, $"There is no resource '{name}' that can be told to {command}.");
        });
}
