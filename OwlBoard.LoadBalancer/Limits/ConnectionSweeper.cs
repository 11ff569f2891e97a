using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Sockets;
using OwlBoard.LoadBalancer.Telemetry;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Looks after the connections once a second: parks idle ones, sheds load if memory is short, and logs what was shed.</summary>
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
    /// A connection that has been idle for this time is parked. To accept it once more takes as long as a new one, some 20 us.
    /// </summary>
    private static readonly TimeSpan ParkAfter = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveConnections(() => (gate.Count, gate.Parked), () => clients.Backlog.Bytes);
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

    /// <summary>A fault must not end the load balancer, as that of a hosted service does.</summary>
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

    [LoggerMessage(1, LogLevel.Error, "The connections could not be looked after")]
    private partial void LogFailed(Exception failure);
}
