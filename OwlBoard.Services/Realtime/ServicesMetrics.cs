using System.Diagnostics.Metrics;

namespace OwlBoard.Services.Realtime;

/// <summary>What ASP.NET Core's own metrics do not tell.</summary>
internal sealed class ServicesMetrics
{
    private readonly UpDownCounter<int> _open;
    private readonly Counter<long> _slow;
    private readonly Counter<long> _ownClientsOnly;

    public ServicesMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OwlBoard.Services");
        _open = meter.CreateUpDownCounter<int>(
            "owlboard.websocket.open_connections", "{connection}", "WebSockets that are open");
        _slow = meter.CreateCounter<long>(
            "owlboard.websocket.slow_disconnects", "{connection}", "WebSockets cut because their reader fell behind");
        _ownClientsOnly = meter.CreateCounter<long>(
            "owlboard.fanout.own_clients_only", "{message}", "Live events that no other replica heard of because Redis was away");
    }

    public void Opened() => _open.Add(1);

    public void Closed() => _open.Add(-1);

    public void CutSlowReader() => _slow.Add(1);

    public void ToldOwnClientsOnly() => _ownClientsOnly.Add(1);
}
