using System.Diagnostics.Metrics;

namespace OwlBoard.Services.Realtime;

/// <summary>The services' metrics, in addition to those of ASP.NET Core.</summary>
internal sealed class ServicesMetrics
{
    private readonly UpDownCounter<int> _open;
    private readonly Counter<long> _slow;
    private readonly Counter<long> _ownClientsOnly;

    public ServicesMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OwlBoard.Services");
        _open = meter.CreateUpDownCounter<int>(
            "owlboard.websocket.open_connections", "{connection}", "Number of open WebSockets.");
        _slow = meter.CreateCounter<long>(
            "owlboard.websocket.slow_disconnects", "{connection}", "Number of WebSockets aborted because of a slow client.");
        _ownClientsOnly = meter.CreateCounter<long>(
            "owlboard.fanout.own_clients_only", "{message}", "Number of live events that reached one replica only.");
    }

    public void Opened() => _open.Add(1);

    public void Closed() => _open.Add(-1);

    public void AbortSlowClient() => _slow.Add(1);

    public void DeliveredLocallyOnly() => _ownClientsOnly.Add(1);
}
