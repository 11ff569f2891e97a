using Microsoft.Extensions.Hosting;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Has the metrics made when the program starts: nobody else asks for them.</summary>
internal sealed class CertificateMetricsStart(CertificateMetrics metrics) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = metrics;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
