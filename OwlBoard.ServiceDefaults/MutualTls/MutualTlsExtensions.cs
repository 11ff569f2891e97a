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
    /// Adds <see cref="MutualTlsCertificates"/> for a program that connects to others. Without settings it has no certificates
    /// and trusts no server.
    /// </summary>
    public static void AddMutualTlsClient(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddCertificates(isRequired: false);
    }

    /// <summary>
    /// Requires mutual TLS on every listener of the program, whatever the scheme of its address. Only the gateway is accepted,
    /// and the probe for <c>/health</c>. The program does not start without certificates, unless <c>MutualTls:Enabled</c> is
    /// false.
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
        builder.Services.AddSingleton<IStartupFilter, ProbeAccessFilter>();
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
