using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.ConfigurationFiles;

/// <summary>Sets the logger of <see cref="ConfigurationFileLog"/> when the program starts.</summary>
internal sealed class ConfigurationFileLogStart(ConfigurationFileLog log, ILogger<ConfigurationFileLog> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        log.UseLogger(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
