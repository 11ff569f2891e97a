using Microsoft.Extensions.Configuration.Memory;

namespace OwlBoard.Services.Hosting;

internal static class LogLevels
{
    /// <summary>
    /// Beyond the levels that all programs have by default: none of the host's stack trace of a start that fails, which
    /// the program explains itself. <c>Logging:LogLevel</c> may say otherwise.
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
