using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Extension methods that move work off the loops' threads.</summary>
public static class OffloadExtensions
{
    /// <summary>
    /// Runs requests that are not proxied on the thread pool. Their handlers serialize, or run third-party code, and may take
    /// long; no other connection waits for them there.
    /// </summary>
    /// <param name="app">The application's pipeline, before the endpoints.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseThreadPoolForLocalEndpoints(this IApplicationBuilder app) =>
        app.Use(next => context => context.GetEndpoint().IsProxied() ? next(context) : OffloadAsync(next, context));

    private static async Task OffloadAsync(RequestDelegate next, HttpContext context)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await next(context);
    }
}
