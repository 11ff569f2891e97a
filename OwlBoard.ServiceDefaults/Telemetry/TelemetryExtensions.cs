using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.ServiceDefaults.Telemetry;

/// <summary>Adds a program's traces, metrics and logs.</summary>
public static class TelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Returns a value that indicates whether telemetry is exported over OTLP, as Aspire configures it.</summary>
    /// <param name="builder">The program's builder.</param>
    public static bool ExportsTelemetry(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return !string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable]);
    }

    /// <summary>
    /// Adds traces, metrics and logs, exported over OTLP if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, as Aspire does. The
    /// service's name comes from <c>OTEL_SERVICE_NAME</c>.
    /// </summary>
    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                // ASP.NET Core's meters for routing and memory are omitted: they cost time per request and add little.
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("OwlBoard.*"));

        if (!builder.ExportsTelemetry())
        {
            // Recording spans costs time per request. The proxies forward traceparent in any case.
            return;
        }

        telemetry.WithTracing(tracing => tracing
            .AddSource(builder.Environment.ApplicationName)
            .AddSource("OwlBoard.*")
            .AddSource("Yarp.ReverseProxy")
            .AddAspNetCoreInstrumentation(options =>
            {
                options.Filter = IsTraced;
                options.EnrichWithHttpResponse = SpanName.Refine;
            })
            .AddHttpClientInstrumentation(options => options.FilterHttpRequestMessage = IsTraced));
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry.UseOtlpExporter();
    }

    private static bool IsTraced(HttpContext context) =>
        !context.Request.Path.Equals(HealthEndpoint.Path, StringComparison.OrdinalIgnoreCase);

    private static bool IsTraced(HttpRequestMessage request) =>
        request.RequestUri?.AbsolutePath.Equals(HealthEndpoint.Path, StringComparison.OrdinalIgnoreCase) is not true;
}
