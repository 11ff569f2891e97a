using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>Passes traces on, at the price of a span only where there is somebody to see it.</summary>
public static class TraceParentExtensions
{
    /// <summary>
    /// Keeps ASP.NET Core from making an activity for each request just because it might write a log line for it: with a
    /// listener, as OpenTelemetry's, it makes one all the same.
    /// </summary>
    /// <param name="builder">The program's builder.</param>
    public static void AddTraceParent(this WebApplicationBuilder builder) =>
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

    /// <summary>Sees to it that each request has a <c>traceparent</c>. Before whatever looks for it.</summary>
    /// <param name="app">The program's pipeline.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseTraceParent(this IApplicationBuilder app) => app.UseMiddleware<TraceParentMiddleware>();
}
