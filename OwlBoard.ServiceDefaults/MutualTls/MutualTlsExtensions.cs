using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OwlBoard.ServiceDefaults.Tls;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Registers mutual TLS.</summary>
public static class MutualTlsExtensions
{
    /// <summary>
    /// Adds <see cref="MutualTlsCertificates"/> for a program that calls others. Without settings it has none, and then
    /// no server is believed.
    /// </summary>
    public static void AddMutualTlsClient(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddCertificates(isRequired: false);
    }

    /// <summary>
    /// Makes every listener of the program take the gateway, and for its health the probe, over mutual TLS, and nobody
    /// else; whatever scheme its address has, there is no plain HTTP. Does not start without certificates, unless
    /// <c>MutualTls:Enabled</c> is false.
    /// </summary>
    public static void AddMutualTlsServer(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddCertificates(isRequired: true);
        if (builder.Configuration.GetSection(MutualTlsOptions.Section)[nameof(MutualTlsOptions.Enabled)] is { } enabled
            && bool.TryParse(enabled, out var isEnabled) && !isEnabled)
        {
            return;
        }

        builder.Services.AddSingleton<MutualTlsServer>();
        builder.Services.AddSingleton<IStartupFilter, OnlyHealthForProbes>();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<MutualTlsServer>((kestrel, server) =>
            kestrel.ConfigureEndpointDefaults(listener => listener.UseHttps(server.CreateCallback()).UseCloseNotify()));
    }

    private static void AddCertificates(this IHostApplicationBuilder builder, bool isRequired)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IValidateOptions<MutualTlsOptions>>(services =>
            new MutualTlsOptionsValidator(isRequired, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddOptions<MutualTlsOptions>()
            .BindConfiguration(MutualTlsOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<MutualTlsCertificates>();
        builder.Services.AddSingleton<CertificateMetrics>();
        builder.Services.AddHostedService<CertificateMetricsStart>();
        builder.Services.AddHostedService<HandshakeWarmUp>();
    }
}
