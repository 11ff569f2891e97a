using System.Security.Cryptography.X509Certificates;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.ServiceDefaults.Probing;

namespace OwlBoard.AppHost.Topology;

/// <summary>Checks the health and the identity of a service over mutual TLS, and reports the expiry of its certificate.</summary>
internal sealed class MutualTlsHealthCheck(
    EndpointReference endpoint, string service, string path, CertificateFolder certificates) : IHealthCheck
{
    /// <summary>The timeout of a check. Default 3 s, because a starting program may be slow on a small machine.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var address = new Uri(new Uri((await endpoint.GetValueAsync(cancellationToken))!), path);
        try
        {
            // Loaded for each check, because the certificates may have been renewed.
            using var set = CertificateSet.Load(
                certificates.Certificate(ResourceNames.ProbeIdentity),
                certificates.Authority(ResourceNames.ProbeIdentity),
                TimeProvider.System.GetUtcNow());
            var fault = await HealthProbe.FindFaultAsync(address, service, set, Timeout, cancellationToken);
            using var certificate = X509Certificate2.CreateFromPem(
                await File.ReadAllTextAsync(certificates.Certificate(service), cancellationToken));
            return fault is null
                ? HealthCheckResult.Healthy($"The certificate expires on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}.")
                : HealthCheckResult.Unhealthy(fault);
        }
        catch (CertificateFileException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
