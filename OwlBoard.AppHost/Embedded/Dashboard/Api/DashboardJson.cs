using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>How the page gets its data.</summary>
internal static class DashboardJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Task SendAsync(HttpContext context, object value) =>
        context.Response.WriteAsJsonAsync(value, Options, context.RequestAborted);

    public static Task NotFoundAsync(HttpContext context, string what)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return SendAsync(context, new { detail = what });
    }
}
