using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OwlBoard.ServiceDefaults.ConfigurationFiles;
using OwlBoard.ServiceDefaults.Drain;
using OwlBoard.ServiceDefaults.Telemetry;

namespace OwlBoard.ServiceDefaults;

/// <summary>Adds what every OwlBoard program shares.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Adds telemetry over OTLP, service discovery, a resilient <see cref="HttpClient"/>, graceful drain on SIGTERM, and
    /// configuration files that keep their last good values.
    /// </summary>
    /// <typeparam name="TBuilder">The host builder's type.</typeparam>
    /// <param name="builder">The program's builder.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.KeepLastGoodConfigurationFiles();
        builder.Configuration.AddLoggingDefaults();
        builder.AddTelemetry();
        builder.AddDrain();

        // Nothing is protected with these keys, so none are generated or stored in the home directory.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider().DisableAutomaticKeyGeneration();

        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });

        return builder;
    }
}
