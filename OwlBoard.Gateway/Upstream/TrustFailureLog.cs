using System.Collections.Concurrent;

namespace OwlBoard.Gateway.Upstream;

/// <summary>
/// Logs why a service is not trusted: immediately for a new reason, and at most every ten seconds while it lasts, rather
/// than for each request.
/// </summary>
internal sealed partial class TrustFailureLog(TimeProvider time, ILogger<TrustFailureLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (TrustFailure Failure, DateTimeOffset At)> _last = new(StringComparer.Ordinal);

    public void Write(string service, TrustFailure failure)
    {
        var now = time.GetUtcNow();
        if (_last.TryGetValue(service, out var last) && last.Failure == failure && now - last.At < Interval)
        {
            return;
        }

        _last[service] = (failure, now);
        LogNotTrusted(service, failure.Reason);
    }

    [LoggerMessage(1, LogLevel.Error, "{Service} is not trusted: {Reason}")]
    private partial void LogNotTrusted(string service, string reason);
}
