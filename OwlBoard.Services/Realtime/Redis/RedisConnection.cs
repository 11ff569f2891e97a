using Microsoft.Extensions.Options;
using OwlBoard.Services.Storage;
using StackExchange.Redis;

namespace OwlBoard.Services.Realtime.Redis;

/// <summary>
/// The connection to Redis. It comes back by itself; what is sent while it is away fails at once. The service starts
/// and stays healthy without it: all replicas share one Redis, and taking them all out would help nobody.
/// </summary>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, ILogger<RedisConnection> logger)
    : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestReconnect = TimeSpan.FromSeconds(2);

    private ConnectionMultiplexer? _multiplexer;
    private int _isLost;

    /// <summary>Raised when a connection has been established again.</summary>
    public event Action? Restored;

    public IDatabase Database => Multiplexer.GetDatabase();

    public ISubscriber Subscriber => Multiplexer.GetSubscriber();

    private ConnectionMultiplexer Multiplexer =>
        _multiplexer ?? throw new InvalidOperationException("The connection to Redis is used before the service has started.");

    /// <summary>
    /// Whether a failure is Redis's, or comes of a service that has ended: what needs Redis is degraded, and goes on.
    /// </summary>
    public static bool IsOutage(Exception failure) =>
        failure is RedisException or TimeoutException or ObjectDisposedException;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = ConfigurationOptions.Parse(options.Value.ConnectionString);
        settings.AbortOnConnectFail = false;
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.ReconnectRetryPolicy = new ExponentialRetry(
            (int)FirstReconnect.TotalMilliseconds, (int)LongestReconnect.TotalMilliseconds);
        settings.ConnectTimeout = settings.AsyncTimeout = settings.SyncTimeout = (int)options.Value.Timeout.TotalMilliseconds;
        // Seconds of silence after which it is asked whether it is still there.
        settings.KeepAlive = 5;
        if (options.Value.PasswordFile is { Length: > 0 } file)
        {
            settings.Password = SecretFile.Read(file, "Redis:PasswordFile");
        }

        _multiplexer = await ConnectionMultiplexer.ConnectAsync(settings);
        _multiplexer.ConnectionFailed += (_, failure) => OnLost($"{failure.FailureType}");
        _multiplexer.ConnectionRestored += (_, _) => OnRestored();
        if (!_multiplexer.IsConnected)
        {
            OnLost("it does not answer");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _multiplexer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void OnLost(string reason)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            LogLost(reason);
        }
    }

    private void OnRestored()
    {
        if (Interlocked.Exchange(ref _isLost, 0) == 1)
        {
            LogRestored();
        }

        Restored?.Invoke();
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Redis is away: live events reach the clients of their own replica only until it is back ({Reason})")]
    private partial void LogLost(string reason);

    [LoggerMessage(2, LogLevel.Information, "Redis is back: live events reach all clients again")]
    private partial void LogRestored();
}
