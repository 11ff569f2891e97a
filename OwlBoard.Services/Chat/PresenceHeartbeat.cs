using Microsoft.Extensions.Options;
using OwlBoard.Services.Realtime.Redis;

namespace OwlBoard.Services.Chat;

/// <summary>Keeps this replica's users in their rooms, and publishes the departures of users of dead replicas.</summary>
internal sealed partial class PresenceHeartbeat(
    RedisPresence presence, ChatRooms rooms, IOptions<RedisOptions> options, TimeProvider time, ILogger<PresenceHeartbeat> logger)
    : BackgroundService
{
    /// <summary>The number of beats in the timeout: two may be lost.</summary>
    private const int HeartbeatsPerTimeout = 3;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // The replica must be registered before the first user joins.
        await presence.SendHeartbeatAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beats = new PeriodicTimer(options.Value.PresenceTimeout / HeartbeatsPerTimeout, time);
        while (await beats.WaitForNextTickAsync(stoppingToken))
        {
            await SendHeartbeatAsync();
        }
    }

    private async Task SendHeartbeatAsync()
    {
        try
        {
            foreach (var (dashboardId, user) in await presence.SendHeartbeatAsync())
            {
                await rooms.PublishDepartureAsync(dashboardId, user);
            }
        }
        catch (Exception failure)
        {
            // An exception must not end the heartbeat, or this replica's users would disappear from their rooms.
            LogHeartbeatFailed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A presence heartbeat failed.")]
    private partial void LogHeartbeatFailed(Exception failure);
}
