using System.Collections.Concurrent;

namespace OwlBoard.Gateway.Upstream;

/// <summary>
/// Says why a service is not trusted: at once when the reason is new, and then every ten seconds as long as it lasts,
/// rather than for each request.
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
