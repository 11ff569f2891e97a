using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OwlBoard.ServiceDefaults.Health;

namespace OwlBoard.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs of a program.</summary>
public static class TelemetryExtensions
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Returns whether telemetry is exported over OTLP, as Aspire configures it.</summary>
    /// <param name="builder">The program's builder.</param>
    public static bool ExportsTelemetry(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return !string.IsNullOrWhiteSpace(builder.Configuration[EndpointVariable]);
    }

    /// <summary>
    /// Traces, metrics and logs; exported over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, as Aspire sets it.
    /// The service's name comes from <c>OTEL_SERVICE_NAME</c>.
    /// </summary>
    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                // Not all of ASP.NET Core's: those of routing and of memory cost each request and say little.
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("OwlBoard.*"));

        if (!builder.ExportsTelemetry())
        {
            // Recording spans costs each request. The proxies forward traceparent in any case.
            return;
        }

        telemetry.WithTracing(tracing => tracing
            .AddSource(builder.Environment.ApplicationName)
            .AddSource("OwlBoard.*")
            .AddSource("Yarp.ReverseProxy")
            .AddAspNetCoreInstrumentation(options =>
            {
                options.Filter = IsNotAProbe;
                options.EnrichWithHttpResponse = SpanName.Refine;
            })
            .AddHttpClientInstrumentation(options => options.FilterHttpRequestMessage = IsNotAProbe));
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry.UseOtlpExporter();
    }

    private static bool IsNotAProbe(HttpContext context) =>
        !context.Request.Path.Equals(HealthEndpoint.Path, StringComparison.OrdinalIgnoreCase);

    private static bool IsNotAProbe(HttpRequestMessage request) =>
        request.RequestUri?.AbsolutePath.Equals(HealthEndpoint.Path, StringComparison.OrdinalIgnoreCase) is not true;
}
