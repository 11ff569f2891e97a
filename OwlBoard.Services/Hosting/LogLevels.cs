using Microsoft.Extensions.Configuration.Memory;

namespace OwlBoard.Services.Hosting;

internal static class LogLevels
{
    /// <summary>
    /// Suppresses the host's stack trace of a failed start, which the program reports itself. <c>Logging:LogLevel</c>
    /// overrides this.
    /// </summary>
    public static void AddLogLevels(this WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = nameof(LogLevel.None),
            },
        });
    }
}
