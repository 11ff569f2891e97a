using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace OwlBoard.ServiceDefaults;

internal static class LoggingDefaults
{
    /// <summary>
    /// Adds the default log levels as the configuration source of lowest priority. Unlike an <c>appsettings.json</c> per
    /// program, it does not depend on the working directory, and any other source overrides it.
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
                // The forwarder logs a stack trace per failed attempt; the proxies log each request's outcome in one line.
                ["Logging:LogLevel:Yarp.ReverseProxy.Forwarder"] = "None",
                // YARP registers data protection, which only its cookie affinity uses; see ServiceDefaultsExtensions.
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "None",
            },
        });
}
