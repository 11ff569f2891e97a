using Microsoft.Extensions.Configuration.Memory;

namespace OwlBoard.Services.Hosting;

internal static class LogLevels
{
    /// <summary>
    /// The levels that hold unless <c>Logging:LogLevel</c> says otherwise: no line a request (the load balancer logs
    /// those), no SQL, and none of the host's stack trace of a start that fails, which the program explains itself.
    /// </summary>
    public static void AddLogLevels(this WebApplicationBuilder builder)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Microsoft.AspNetCore"] = nameof(LogLevel.Warning),
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = nameof(LogLevel.Warning),
                ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = nameof(LogLevel.None),
            },
        });
    }
}
