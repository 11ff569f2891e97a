using System.Security.Cryptography.X509Certificates;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.ServiceDefaults.Probing;

namespace OwlBoard.AppHost.Topology;

/// <summary>Checks over mutual TLS that a service is healthy and is the service that it should be, and reports when its certificate expires.</summary>
internal sealed class MutualTlsHealthCheck(
    EndpointReference endpoint, string service, string path, CertificateFolder certificates) : IHealthCheck
{
    /// <summary>The limit of a check: a program that is busy starting on a small machine needs a moment. Default 3 s.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var address = new Uri(new Uri((await endpoint.GetValueAsync(cancellationToken))!), path);
        try
        {
            // Read for each check: they may have been renewed since the last.
            using var set = CertificateSet.Load(
                certificates.Certificate(ResourceNames.ProbeIdentity),
                certificates.Authority(ResourceNames.ProbeIdentity),
                TimeProvider.System.GetUtcNow());
            var fault = await HealthQuestion.FindFaultAsync(address, service, set, Timeout, cancellationToken);
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
