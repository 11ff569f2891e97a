using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>
/// Probes each gateway on a schedule of its own; the interval is the time between the starts of two probes. YARP's
/// monitor waits for the slowest gateway of a cluster before it evaluates any result, and only then starts the interval:
/// one frozen gateway would delay the detection of all others.
/// </summary>
[SuppressMessage("Design", "CA2213", Justification = "A token source without a timer holds nothing that needs disposal.")]
internal sealed partial class ProbeMonitor(
    IEnumerable<IActiveHealthCheckPolicy> policies,
    IProbingRequestFactory requests,
    TimeProvider time,
    ILogger<ProbeMonitor> logger) : IActiveHealthCheckMonitor, IClusterChangeListener, IDisposable
{
    private readonly ConcurrentDictionary<DestinationState, CancellationTokenSource> _loops = new();
    private readonly CancellationTokenSource _stopping = new();

    public bool InitialProbeCompleted { get; private set; }

    /// <summary>Starts probing the clusters. YARP calls this after the configuration is first loaded.</summary>
    public Task CheckHealthAsync(IEnumerable<ClusterState> clusters)
    {
        foreach (var cluster in clusters)
        {
            OnClusterChanged(cluster);
        }

        InitialProbeCompleted = true;
        return Task.CompletedTask;
    }

    public void OnClusterAdded(ClusterState cluster) => OnClusterChanged(cluster);

    public void OnClusterChanged(ClusterState cluster)
    {
        var wanted = cluster.Model.Config.HealthCheck?.Active is { Enabled: true }
            ? cluster.DestinationsState.AllDestinations
            : [];
        foreach (var gone in _loops.Keys.Except(wanted))
        {
            Stop(gone);
        }

        foreach (var destination in wanted)
        {
            var loop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            if (_loops.TryAdd(destination, loop))
            {
                _ = ProbeRepeatedlyAsync(cluster, destination, loop.Token);
            }
            else
            {
                loop.Dispose();
            }
        }
    }

    public void OnClusterRemoved(ClusterState cluster)
    {
        foreach (var destination in cluster.DestinationsState.AllDestinations)
        {
            Stop(destination);
        }
    }

    /// <summary>
    /// Stops all probe loops. The container calls this once for each service type the monitor is registered as.
    /// </summary>
    public void Dispose() => _stopping.Cancel();

    private void Stop(DestinationState destination)
    {
        if (_loops.TryRemove(destination, out var loop))
        {
            loop.Cancel();
            loop.Dispose();
        }
    }

    private async Task ProbeRepeatedlyAsync(ClusterState cluster, DestinationState destination, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!cancellationToken.IsCancellationRequested)
        {
            // Read on each iteration, so that a changed interval applies to the next probe.
            var settings = cluster.Model.Config.HealthCheck?.Active;
            var interval = settings?.Interval ?? TimeSpan.FromSeconds(2);
            var next = Task.Delay(interval, time, cancellationToken);
            try
            {
                if (settings is not null)
                {
                    await ProbeAsync(cluster, destination, settings, cancellationToken);
                }
            }
            catch (Exception failure)
            {
                // The loop must survive any exception, or the gateway would never be probed again.
                LogResultLost(failure, destination.DestinationId);
            }

            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ProbeAsync(ClusterState cluster, DestinationState destination, ActiveHealthCheckConfig settings, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.Timeout ?? TimeSpan.FromSeconds(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        DestinationProbingResult result;
        try
        {
            using var request = requests.CreateRequest(cluster.Model, destination.Model);
            var address = destination.Model.Config is { Health: { Length: > 0 } other } ? other : destination.Model.Config.Address;
            var response = await ((UpstreamClient)cluster.Model.HttpClient).ProbeAsync(address, request, either.Token);
            result = new DestinationProbingResult(destination, response, exception: null);
        }
        catch (Exception failure)
        {
            // A gateway that cannot be probed is not known to be alive, whatever the reason.
            if (failure is not (HttpRequestException or OperationCanceledException or IOException))
            {
                LogProbeFailed(failure, destination.DestinationId);
            }

            result = new DestinationProbingResult(destination, response: null, failure);
        }

        using (result.Response)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                policies.Single(policy => policy.Name == settings.Policy).ProbingCompleted(cluster, [result]);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Processing the result of a probe of {Gateway} failed.")]
    private partial void LogResultLost(Exception failure, string gateway);

    [LoggerMessage(2, LogLevel.Error, "Probing {Gateway} failed.")]
    private partial void LogProbeFailed(Exception failure, string gateway);
}
