using Microsoft.Extensions.Options;
using OwlBoard.Services.Storage;
using StackExchange.Redis;

namespace OwlBoard.Services.Realtime.Redis;

/// <summary>
/// The connection to Redis, which reconnects by itself; commands fail immediately while it is down. The service starts and
/// stays healthy without Redis: all replicas share it, so marking them unhealthy would take all of them down.
/// </summary>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, ILogger<RedisConnection> logger)
    : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestReconnect = TimeSpan.FromSeconds(2);

    private ConnectionMultiplexer? _multiplexer;
    private int _isLost;

    /// <summary>Occurs when the connection has been restored.</summary>
    public event Action? Restored;

    public IDatabase Database => Multiplexer.GetDatabase();

    public ISubscriber Subscriber => Multiplexer.GetSubscriber();

    private ConnectionMultiplexer Multiplexer =>
        _multiplexer ?? throw new InvalidOperationException("The connection to Redis is used before the service has started.");

    /// <summary>
    /// Returns a value that indicates whether Redis or a stopped service caused a failure. The caller continues without Redis.
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
        // The idle time in seconds after which the connection is pinged.
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
            OnLost("no response");
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
        "Redis is unavailable ({Reason}); live events reach the clients of their own replica only.")]
    private partial void LogLost(string reason);

    [LoggerMessage(2, LogLevel.Information, "Redis is available again; live events reach all clients.")]
    private partial void LogRestored();
}
