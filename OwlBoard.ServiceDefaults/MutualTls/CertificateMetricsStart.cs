using Microsoft.Extensions.Hosting;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Creates the metrics when the program starts; no other service depends on them.</summary>
internal sealed class CertificateMetricsStart(CertificateMetrics metrics) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = metrics;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
