using Microsoft.Extensions.Options;
using OwlBoard.Services.Realtime.Redis;

namespace OwlBoard.Services.Chat;

/// <summary>Keeps this replica's users in their rooms, and tells of those whom a dead replica left there.</summary>
internal sealed partial class PresenceHeartbeat(
    RedisPresence presence, ChatRooms rooms, IOptions<RedisOptions> options, TimeProvider time, ILogger<PresenceHeartbeat> logger)
    : BackgroundService
{
    /// <summary>Two beats may get lost.</summary>
    private const int BeatsInTimeout = 3;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first user comes.
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
            // The heart must go on beating: without it this replica's users would vanish from their rooms.
            LogBeatFailed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A heartbeat of the users' presence failed")]
    private partial void LogBeatFailed(Exception failure);
}
