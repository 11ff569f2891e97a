using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Takes work off the threads that the sockets' events come on.</summary>
public static class OffloadExtensions
{
    /// <summary>
    /// Whatever is not proxied goes on on the thread pool: it serializes, collects, or runs other people's code, and may take
    /// its time without any other connection waiting for it.
    /// </summary>
    /// <param name="app">The program's pipeline, before the endpoints.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseThreadPoolForOwnAnswers(this IApplicationBuilder app) =>
        app.Use(next => context => context.GetEndpoint().IsProxied() ? next(context) : OffloadAsync(next, context));

    private static async Task OffloadAsync(RequestDelegate next, HttpContext context)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await next(context);
    }
}
