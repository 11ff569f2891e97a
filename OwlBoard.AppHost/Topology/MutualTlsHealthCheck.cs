using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;
using OwlBoard.ServiceDefaults.MutualTls;
using OwlBoard.ServiceDefaults.Probing;

namespace OwlBoard.AppHost.Topology;

/// <summary>Whether a service answers 200 over mutual TLS, and is the service that it should be.</summary>
internal sealed class MutualTlsHealthCheck(
    EndpointReference endpoint, string service, string path, CertificateFolder certificates) : IHealthCheck
{
    /// <summary>How long an answer may take: a program that is busy starting on a small machine needs a moment.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var address = new Uri(new Uri((await endpoint.GetValueAsync(cancellationToken))!), path);
        try
        {
            // Read for each question: they may have been renewed since the last.
            using var set = CertificateSet.Load(
                certificates.Certificate(ResourceNames.ProbeIdentity),
                certificates.Authority(ResourceNames.ProbeIdentity),
                TimeProvider.System.GetUtcNow());
            var fault = await HealthQuestion.FindFaultAsync(address, service, set, Timeout, cancellationToken);
            return fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(fault);
        }
        catch (CertificateFileException failure)
        {
            return HealthCheckResult.Unhealthy(failure.Message);
        }
    }
}
