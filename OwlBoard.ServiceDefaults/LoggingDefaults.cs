using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace OwlBoard.ServiceDefaults;

internal static class LoggingDefaults
{
    /// <summary>
    /// What is logged unless something else is configured. As the weakest configuration source rather than an
    /// <c>appsettings.json</c> per program, it holds whatever the working directory is, and anything overrides it.
    /// </summary>
    public static void AddLoggingDefaults(this IConfigurationManager configuration) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.Extensions.Http"] = "Warning",
                ["Logging:LogLevel:Polly"] = "Warning",
                ["Logging:LogLevel:System.Net.Http"] = "Warning",
                ["Logging:LogLevel:Yarp"] = "Warning",
                // One stack trace for each failed try; the proxies log what became of a request in a line of their own.
                ["Logging:LogLevel:Yarp.ReverseProxy.Forwarder"] = "None",
                // YARP asks for data protection, which only its cookie affinity would use; see ServiceDefaultsExtensions.
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "None",
            },
        });
}
