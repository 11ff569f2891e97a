using Microsoft.Extensions.Logging;

namespace OwlBoard.ServiceDefaults.ConfigurationFiles;

/// <summary>
/// Logs changes of configuration files that are not used. Configuration is read before a logger exists, so reports are
/// queued until then.
/// </summary>
internal sealed partial class ConfigurationFileLog
{
    private readonly Lock _lock = new();
    private readonly List<Action<ILogger>> _waiting = [];
    private ILogger? _logger;

    public void UseLogger(ILogger logger)
    {
        lock (_lock)
        {
            _logger = logger;
            _waiting.ForEach(report => report(logger));
            _waiting.Clear();
        }
    }

    /// <summary>Reports a change that cannot be read, so that the previous values stay in use.</summary>
    public void ReportKept(string path, string reason) => Report(logger => LogNotReloaded(logger, path, reason));

    /// <summary>Reports a change that was read but could not be applied.</summary>
    public void ReportFailure(string path, Exception failure) => Report(logger => LogFailure(logger, failure, path));

    private void Report(Action<ILogger> report)
    {
        lock (_lock)
        {
            if (_logger is null)
            {
                _waiting.Add(report);
                return;
            }

            report(_logger);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Path} changed but cannot be read; keeping the previous configuration: {Reason}")]
    private static partial void LogNotReloaded(ILogger logger, string path, string reason);

    [LoggerMessage(2, LogLevel.Error, "The change of {Path} could not be applied.")]
    private static partial void LogFailure(ILogger logger, Exception failure, string path);
}
