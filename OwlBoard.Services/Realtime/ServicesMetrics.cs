using System.Diagnostics.Metrics;

namespace OwlBoard.Services.Realtime;

/// <summary>What ASP.NET Core's own metrics do not tell.</summary>
internal sealed class ServicesMetrics
{
    private readonly UpDownCounter<int> _open;
    private readonly Counter<long> _slow;

    public ServicesMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("OwlBoard.Services");
        _open = meter.CreateUpDownCounter<int>(
            "owlboard.websocket.open_connections", "{connection}", "WebSockets that are open");
        _slow = meter.CreateCounter<long>(
            "owlboard.websocket.slow_disconnects", "{connection}", "WebSockets cut because their reader fell behind");
    }

    public void Opened() => _open.Add(1);

    public void Closed() => _open.Add(-1);

    public void CutSlowReader() => _slow.Add(1);
}
