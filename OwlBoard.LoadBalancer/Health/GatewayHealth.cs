using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// Derives the state of each gateway from the results of probes and requests; no other type changes it. Each change of
/// state is logged and counted with its reason, and updates YARP's list of available destinations at once.
/// </summary>
internal sealed partial class GatewayHealth(
    GatewayRegistry gateways,
    IOptionsMonitor<PassiveHealthOptions> passive,
    IOptionsMonitor<ActiveHealthOptions> active,
    IClusterDestinationsUpdater destinations,
    StateJournal journal,
    LoadBalancerMetrics metrics,
    TimeProvider time,
    ILogger<GatewayHealth> logger)
{
    /// <summary>The minimum time between two log lines that report a socket shortage.</summary>
    private static readonly TimeSpan ShortagePause = TimeSpan.FromSeconds(10);

    private readonly LoadBalancerMetrics _metrics = RegisterObservables(metrics, gateways);
    private long _shortageLogged;

    /// <summary>
    /// Logs that a request or a probe failed for lack of a local socket. Such a failure does not count against a gateway.
    /// </summary>
    public void ReportSocketShortage()
    {
        var now = time.GetTimestamp();
        var logged = Volatile.Read(ref _shortageLogged);
        if ((logged == 0 || time.GetElapsedTime(logged, now) >= ShortagePause)
            && Interlocked.CompareExchange(ref _shortageLogged, now, logged) == logged)
        {
            LogSocketShortage();
        }
    }

    /// <summary>Records a failed request to the gateway.</summary>
    public void ReportFailure(Gateway gateway, string reason)
    {
        gateway.Statistics.CountFailure(reason);
        _metrics.GatewayFailed(gateway.Name, reason);

        var settings = passive.CurrentValue;
        if (settings.MaxFails == 0)
        {
            return;
        }

        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            if (condition.Ejection is not null)
            {
                return;
            }

            var now = time.GetTimestamp();
            var failures = condition.Failures;
            failures.Enqueue(now);
            while (failures.Count > settings.MaxFails || time.GetElapsedTime(failures.Peek(), now) > settings.Window)
            {
                failures.Dequeue();
            }

            if (failures.Count < settings.MaxFails)
            {
                return;
            }

            failures.Clear();
            condition.Ejection = time.CreateTimer(EndEjection, gateway, settings.EjectionTime, Timeout.InfiniteTimeSpan);
            Update(gateway, "max_fails", $"{settings.MaxFails} failures within {settings.Window.TotalSeconds:0.###} s; last: {reason}");
        }

        Publish();
    }

    /// <summary>Records a successful probe.</summary>
    public void ReportProbeSuccess(Gateway gateway)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.Misses = 0;
            condition.LastProbe = new ProbeResult(time.GetUtcNow(), "succeeded");
            if (condition.Probed == GatewayState.Healthy || ++condition.Successes < SuccessesToReturn(condition))
            {
                return;
            }

            condition.Returns.Enqueue(time.GetTimestamp());

            // The gateway was away and is back: earlier failures do not count against the process that responds now.
            condition.Probed = GatewayState.Healthy;
            condition.Failures.Clear();
            condition.Ejection?.Dispose();
            condition.Ejection = null;
            Update(gateway, "probe_answered", "probe succeeded");
        }

        Publish();
        MoveFromDead();
    }

    /// <summary>Records a probe with a response of 503: the gateway announces that it is about to stop.</summary>
    public void ReportProbeDraining(Gateway gateway)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.Misses = 0;
            condition.Successes = 0;
            condition.LastProbe = new ProbeResult(time.GetUtcNow(), "status 503");
            if (condition.Probed == GatewayState.Draining)
            {
                return;
            }

            condition.Probed = GatewayState.Draining;
            Update(gateway, "probe_503", "responds to probes with 503");
        }

        Publish();
    }

    /// <summary>Records a failed probe.</summary>
    public void ReportProbeMiss(Gateway gateway, string reason)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.Successes = 0;
            condition.LastProbe = new ProbeResult(time.GetUtcNow(), reason);
            if (++condition.Misses < active.CurrentValue.Misses || condition.Probed == GatewayState.Unhealthy)
            {
                return;
            }

            condition.Probed = GatewayState.Unhealthy;
            Update(gateway, "probes_missed", $"{condition.Misses} probes failed; last: {reason}");
        }

        Publish();
        MoveFromDead();
    }

    /// <summary>Takes the gateway out of rotation, or puts it back, on behalf of an operator.</summary>
    public void SetDrained(Gateway gateway, bool drained)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.IsDrained = drained;
            Update(gateway, "operator", drained ? "drained by an operator" : "activated by an operator");
        }

        Publish();
        MoveFromDead();
    }

    private static LoadBalancerMetrics RegisterObservables(LoadBalancerMetrics metrics, GatewayRegistry gateways)
    {
        metrics.ObserveGateways(() => gateways.All.Select(gateway =>
            (gateway.Name, gateway.Active, gateway.Condition.State == GatewayState.Healthy)));
        return metrics;
    }

    private int SuccessesToReturn(GatewayCondition condition)
    {
        const int MostDoublings = 4;
        var settings = active.CurrentValue;
        while (condition.Returns.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= settings.FlapWindow)
        {
            condition.Returns.Dequeue();
        }

        return settings.Successes << Math.Min(condition.Returns.Count, MostDoublings);
    }

    private void EndEjection(object? state)
    {
        var gateway = (Gateway)state!;
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            if (condition.Ejection is null)
            {
                return;
            }

            condition.Ejection.Dispose();
            condition.Ejection = null;
            Update(gateway, "ejection_over", "ejection time elapsed");
        }

        Publish();
        MoveFromDead();
    }

    /// <summary>Derives the state from the results of probes and requests. The caller holds the condition's lock.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="cause">The cause of the change, one of a fixed set: the label of a metric.</param>
    /// <param name="reason">The cause in a readable form.</param>
    private void Update(Gateway gateway, string cause, string reason)
    {
        var condition = gateway.Condition;
        var before = condition.State;
        var after = condition.IsDrained ? GatewayState.Drained
            : condition.Probed != GatewayState.Healthy ? condition.Probed
            : condition.Ejection is not null ? GatewayState.Ejected
            : GatewayState.Healthy;
        if (after == before)
        {
            return;
        }

        var now = time.GetUtcNow();
        condition.Change(after, reason, now);
        journal.Add(new GatewayStateChange(now, gateway.Name, before, after, reason));
        // Keep YARP's own health state consistent for its other readers.
        var yarp = gateway.Destination.Health;
        yarp.Active = condition.Probed == GatewayState.Healthy ? DestinationHealth.Healthy : DestinationHealth.Unhealthy;
        yarp.Passive = condition.Ejection is null ? DestinationHealth.Healthy : DestinationHealth.Unhealthy;

        _metrics.GatewayStateChanged(gateway.Name, after.ToString(), cause);
        if (after == GatewayState.Healthy)
        {
            gateway.BeginRamp();
            LogIn(gateway.Name, before, reason);
        }
        else
        {
            LogOut(gateway.Name, after, before, reason);
        }
    }

    private void Publish()
    {
        if (gateways.Cluster is { } cluster)
        {
            destinations.UpdateAvailableDestinations(cluster);
        }
    }

    /// <summary>
    /// Cancels requests that wait for gateways with failed probes, once another gateway is healthy. Without a healthy one
    /// they keep waiting: a gateway too busy for probes may still respond, another dead one will not. Called after
    /// <see cref="Publish"/>, so that no request returns to the gateway it leaves.
    /// </summary>
    private void MoveFromDead()
    {
        var all = gateways.All;
        if (all.All(gateway => gateway.Condition.State != GatewayState.Healthy))
        {
            return;
        }

        foreach (var gateway in all.Where(gateway => gateway.Condition.Probed == GatewayState.Unhealthy))
        {
            gateway.Condition.ResetDead().Cancel();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Gateway {Gateway} is healthy again (was {Before}): {Reason}")]
    private partial void LogIn(string gateway, GatewayState before, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Gateway {Gateway} is {After} (was {Before}): {Reason}")]
    private partial void LogOut(string gateway, GatewayState after, GatewayState before, string reason);

    [LoggerMessage(3, LogLevel.Error, "No socket left for connections to gateways: the process or the system is out of file descriptors (ulimit -n).")]
    private partial void LogSocketShortage();
}
