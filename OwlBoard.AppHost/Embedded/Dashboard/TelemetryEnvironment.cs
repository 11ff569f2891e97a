using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Dashboard.Access;

namespace OwlBoard.AppHost.Embedded.Dashboard;

/// <summary>Has programs report to the dashboard, by the variables of OpenTelemetry's specification.</summary>
internal static class TelemetryEnvironment
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Where programs report by the user's own choice, if there is one: the dashboard then gets nothing.</summary>
    public static string? ChosenEndpoint => Environment.GetEnvironmentVariable(Endpoint) is { Length: > 0 } endpoint ? endpoint : null;

    public static void ReportTo(this IResource resource, string endpoint, string key) =>
        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context =>
        {
            var variables = context.EnvironmentVariables;
            if (ChosenEndpoint is not null || !variables.TryAdd(Endpoint, endpoint))
            {
                return;
            }

            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"{AccessMiddleware.OtlpKeyHeader}={key}";
            // The dashboard is there before any program and on this machine. Once it is gone, to go on trying would hold up the
            // end of a program whose engine was killed.
            variables.Remove("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY");
            // Milliseconds. One looks at what has just happened; the defaults are 5 s for spans and a minute for metrics.
            variables.TryAdd("OTEL_BSP_SCHEDULE_DELAY", "1000");
            variables.TryAdd("OTEL_BLRP_SCHEDULE_DELAY", "1000");
            variables.TryAdd("OTEL_METRIC_EXPORT_INTERVAL", "1000");
            variables.TryAdd("OTEL_TRACES_SAMPLER", "always_on");
        }));
}
