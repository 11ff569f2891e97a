using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OwlBoard.AppHost.Embedded.Dashboard.Traffic;
using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary><c>GET /api/live</c>: all resources at each change, and the traffic every second.</summary>
internal sealed class LiveEndpoint(
    ResourceNotifications notifications, ResourceViews views, TrafficReader traffic, TimeProvider time, CancellationToken stopping)
{
    /// <summary>As often as the programs report.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/live", SendAsync);

    private async Task SendAsync(HttpContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        // One sign that something has changed is enough: what is sent is how things are then.
        var signs = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var events = EventStream.Open(context);
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            var watching = WatchAsync(signs.Writer, ended.Token);
            var tick = timer.WaitForNextTickAsync(ended.Token).AsTask();
            var sign = signs.Reader.ReadAsync(ended.Token).AsTask();
            events.Write("traffic", traffic.ReadNow());
            while (true)
            {
                await Task.WhenAny(tick, sign, watching);
                if (sign.IsCompleted)
                {
                    await sign;
                    events.Write("resources", views.Current);
                    sign = signs.Reader.ReadAsync(ended.Token).AsTask();
                }

                if (tick.IsCompleted)
                {
                    await tick;
                    events.Write("traffic", traffic.ReadNow());
                    tick = timer.WaitForNextTickAsync(ended.Token).AsTask();
                }

                await events.FlushAsync(ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The page is closed, or the application stops.
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task WatchAsync(ChannelWriter<bool> signs, CancellationToken ended)
    {
        await foreach (var _ in notifications.WatchAsync(ended))
        {
            signs.TryWrite(true);
        }
    }
}
