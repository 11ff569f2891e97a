using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Telemetry;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// The one place where a gateway's state changes. Probes and requests report what they saw; each change of state is one
/// log line and one count with its reason, and YARP's list of available destinations follows at once.
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
    /// <summary>While it lasts, how often it is said that there are no sockets.</summary>
    private static readonly TimeSpan ShortagePause = TimeSpan.FromSeconds(10);

    private readonly LoadBalancerMetrics _metrics = Observed(metrics, gateways);
    private long _shortageSaid;

    /// <summary>This machine had no socket for a request or a probe: that says nothing of any gateway.</summary>
    public void ReportSocketShortage()
    {
        var now = time.GetTimestamp();
        var said = Volatile.Read(ref _shortageSaid);
        if ((said == 0 || time.GetElapsedTime(said, now) >= ShortagePause)
            && Interlocked.CompareExchange(ref _shortageSaid, now, said) == said)
        {
            LogSocketShortage();
        }
    }

    /// <summary>A request to the gateway failed.</summary>
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
            Update(gateway, "max_fails", $"{settings.MaxFails} failures within {settings.Window.TotalSeconds:0.###} s, the last one: {reason}");
        }

        Publish();
    }

    /// <summary>A probe was answered well.</summary>
    public void ReportProbeSuccess(Gateway gateway)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.Misses = 0;
            condition.LastProbe = new ProbeResult(time.GetUtcNow(), "answered");
            if (condition.Probed == GatewayState.Healthy || ++condition.Successes < SuccessesToReturn(condition))
            {
                return;
            }

            condition.Returns.Enqueue(time.GetTimestamp());

            // It was gone and is back: what failed before says nothing about the process that answers now.
            condition.Probed = GatewayState.Healthy;
            condition.Failures.Clear();
            condition.Ejection?.Dispose();
            condition.Ejection = null;
            Update(gateway, "probe_answered", "answers probes");
        }

        Publish();
        MoveFromDead();
    }

    /// <summary>A probe was answered with 503: the gateway is about to stop and says so.</summary>
    public void ReportProbeDraining(Gateway gateway)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.Misses = 0;
            condition.Successes = 0;
            condition.LastProbe = new ProbeResult(time.GetUtcNow(), "answered 503");
            if (condition.Probed == GatewayState.Draining)
            {
                return;
            }

            condition.Probed = GatewayState.Draining;
            Update(gateway, "probe_503", "answers probes with 503");
        }

        Publish();
    }

    /// <summary>A probe was missed.</summary>
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
            Update(gateway, "probes_missed", $"{condition.Misses} probes missed, the last one: {reason}");
        }

        Publish();
        MoveFromDead();
    }

    /// <summary>An operator takes the gateway out of rotation, or puts it back.</summary>
    public void SetDrained(Gateway gateway, bool drained)
    {
        var condition = gateway.Condition;
        lock (condition.Lock)
        {
            condition.IsDrained = drained;
            Update(gateway, "operator", drained ? "taken out by an operator" : "put back by an operator");
        }

        Publish();
        MoveFromDead();
    }

    private static LoadBalancerMetrics Observed(LoadBalancerMetrics metrics, GatewayRegistry gateways)
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
            Update(gateway, "ejection_over", "its time out of rotation is over");
        }

        Publish();
        MoveFromDead();
    }

    /// <summary>Derives the state from what is known, under the condition's lock.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="cause">What made it change, one of few words: a metric's label.</param>
    /// <param name="reason">The same for people.</param>
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
        // YARP's own view, for whoever reads it there.
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
    /// Ends the waiting for gateways that probes declared dead, once there is a healthy one to move to: a gateway that is
    /// too busy to answer probes may still respond, another dead one will not. Called after <see cref="Publish"/>, so that
    /// no request comes back to the gateway that it leaves.
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
            gateway.Condition.Die().Cancel();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Gateway {Gateway} is healthy again (was {Before}): {Reason}")]
    private partial void LogIn(string gateway, GatewayState before, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Gateway {Gateway} is {After} (was {Before}): {Reason}")]
    private partial void LogOut(string gateway, GatewayState after, GatewayState before, string reason);

    [LoggerMessage(3, LogLevel.Error, "There is no socket left for connections to gateways: the process, or the system, has used up its file descriptors (ulimit -n)")]
    private partial void LogSocketShortage();
}
