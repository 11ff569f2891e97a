using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.ConfigurationFiles;

internal static class ConfigurationFileExtensions
{
    /// <summary>
    /// Makes each configuration file that reloads on change keep its last good values when a change cannot be read, and logs
    /// the failure.
    /// </summary>
    public static void KeepLastGoodConfigurationFiles(this IHostApplicationBuilder builder)
    {
        var log = new ConfigurationFileLog();
        builder.Services.AddSingleton<IHostedService>(services =>
            new ConfigurationFileLogStart(log, services.GetRequiredService<ILogger<ConfigurationFileLog>>()));

        var sources = builder.Configuration.Sources;
        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i] is FileConfigurationSource { ReloadOnChange: true } file)
            {
                sources[i] = new LastGoodFileSource(file, log);
            }
        }
    }
}
