using Microsoft.Extensions.Options;
using OwlBoard.Services.Realtime.Redis;

namespace OwlBoard.Services.Chat;

/// <summary>Keeps this replica's users in their rooms, and publishes the departures of users of dead replicas.</summary>
internal sealed partial class PresenceHeartbeat(
    RedisPresence presence, ChatRooms rooms, IOptions<RedisOptions> options, TimeProvider time, ILogger<PresenceHeartbeat> logger)
    : BackgroundService
{
    /// <summary>The number of beats in the timeout: two may be lost.</summary>
    private const int BeatsInTimeout = 3;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // The replica must be registered before the first user joins.
        await presence.BeatAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beats = new PeriodicTimer(options.Value.PresenceTimeout / BeatsInTimeout, time);
        while (await beats.WaitForNextTickAsync(stoppingToken))
        {
            await BeatAsync();
        }
    }

    private async Task BeatAsync()
    {
        try
        {
            foreach (var (dashboardId, user) in await presence.BeatAsync())
            {
                await rooms.TellDepartedAsync(dashboardId, user);
            }
        }
        catch (Exception failure)
        {
            // An exception must not end the heartbeat, or this replica's users would disappear from their rooms.
            LogBeatFailed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A presence heartbeat failed.")]
    private partial void LogBeatFailed(Exception failure);
}
