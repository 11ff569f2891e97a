using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Transport;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Parks idle connections, sheds load if memory is short, and logs the shed load, once a second.</summary>
internal sealed partial class ConnectionSweeper(
    ConnectionGate gate,
    MemoryPressure memory,
    IOptionsMonitor<TimeoutOptions> options,
    ClientLimits clients,
    LoadBalancerMetrics metrics,
    ShedLog shed,
    TimeProvider time,
    ILogger<ConnectionSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The idle time after which a connection is parked. Accepting it again takes as long as accepting a new one, about 20 us.
    /// </summary>
    private static readonly TimeSpan ParkAfter = TimeSpan.FromSeconds(5);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.ObserveConnections(() => (gate.Count, gate.Parked), () => clients.Backlog.Bytes);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Sweep();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
            shed.Flush();
        }
    }

    /// <summary>Runs one sweep and logs its failure: an unhandled exception in a hosted service would stop the host.</summary>
    private void Sweep()
    {
        try
        {
            gate.Sweep(ParkAfter, options.CurrentValue.KeepAlive);
            memory.Check();
            shed.Flush();
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The sweep of the client connections failed")]
    private partial void LogFailed(Exception failure);
}
