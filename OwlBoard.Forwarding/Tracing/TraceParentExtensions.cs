using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Tracing;

/// <summary>Extension methods that propagate traces without creating spans unless there is a listener.</summary>
public static class TraceParentExtensions
{
    /// <summary>
    /// Prevents ASP.NET Core from creating an activity per request merely because its log level might require one. With a
    /// listener such as OpenTelemetry, activities are still created.
    /// </summary>
    /// <param name="builder">The application builder.</param>
    public static void AddTraceParent(this WebApplicationBuilder builder) =>
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

    /// <summary>Ensures that each request has a <c>traceparent</c>. Must precede all middleware that reads it.</summary>
    /// <param name="app">The application's pipeline.</param>
    /// <returns>The same pipeline.</returns>
    public static IApplicationBuilder UseTraceParent(this IApplicationBuilder app) => app.UseMiddleware<TraceParentMiddleware>();
}
