using System.Net;
using OwlBoard.Benchmarks.Load;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks.Cases;

/// <summary>The processes of a peer in a case.</summary>
internal sealed class RunningPeer : IAsyncDisposable
{
    /// <summary>The name in the results of the upstream without a proxy.</summary>
    public const string Direct = "direct";

    private const int Gateways = 4;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Peer? _peer;
    private readonly BenchmarkCase _case;
    private readonly List<PinnedProcess> _processes = [];
    private readonly List<ProxyPlan> _plans = [];
    private string _lastAnswer = "no response";

    private RunningPeer(Peer? peer, BenchmarkCase which, int port)
    {
        _peer = peer;
        _case = which;
        Target = new Target(port, which.Path);
    }

    public string Name => _peer?.Name ?? Direct;

    public bool NeedsWarmUp => _peer is { NeedsWarmUp: true };

    public Target Target { get; }

    public IReadOnlyList<int> ProcessIds => [.. _processes.Select(process => process.Id)];

    /// <summary>Returns a peer without a proxy: the first upstream itself.</summary>
    public static RunningPeer WithoutProxy(BenchmarkCase which, IReadOnlyList<int> upstreams) => new(null, which, upstreams[0]);

    /// <summary>Starts all proxies that the case needs.</summary>
    public static RunningPeer Start(
        Peer peer, BenchmarkCase which, IReadOnlyList<int> upstreams, CertificateFolder? certificates, WorkFolder folder, BenchmarkSettings settings)
    {
        var front = which.Topology == Topology.GatewayOverTls ? ProxyRole.Gateway : ProxyRole.LoadBalancer;
        var running = new RunningPeer(peer, which, FreePorts.Next());
        if (which.Topology == Topology.Chain)
        {
            var gateways = FreePorts.Take(Gateways);
            foreach (var port in gateways)
            {
                running.Start(Plan(ProxyRole.Gateway, port, upstreams));
            }

            upstreams = gateways;
        }

        running.Start(Plan(front, running.Target.Port, upstreams));
        return running;

        ProxyPlan Plan(ProxyRole role, int port, IReadOnlyList<int> to) => new(
            role, port, to, certificates, folder.Add($"{which.Name}-{peer.Name}-{port}"), settings.Programs, settings.ProxyCpu);
    }

    /// <summary>Waits for a response with status 200, and verifies that the peer has all required features.</summary>
    public async Task IsReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        try
        {
            while (!await AnswersAsync(client, deadline.Token))
            {
                ThrowIfEnded();
                await Task.Delay(PollInterval, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"{Name} did not return 200 at {Target.Address} within {StartTimeout.TotalSeconds:0} s; the last result was: {_lastAnswer}.");
        }
    }

    /// <summary>Throws an exception with the output of a process that has ended.</summary>
    public void ThrowIfEnded() => _processes.ForEach(process => process.ThrowIfEnded());

    /// <summary>Truncates the access logs, which would otherwise fill the disk in the course of a run.</summary>
    public void EmptyLogs()
    {
        foreach (var log in _plans.Select(plan => plan.AccessLog).Where(File.Exists))
        {
            using var file = new FileStream(log, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
        }
    }

    /// <summary>Returns whether no access log is empty.</summary>
    public bool HasLogged => _plans.Where(plan => plan.Role == ProxyRole.LoadBalancer && _peer!.AddedHeaders.Count > 0)
        .All(plan => new FileInfo(plan.AccessLog) is { Exists: true, Length: > 0 });

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));

    private void Start(ProxyPlan plan)
    {
        _plans.Add(plan);
        _processes.Add(_peer!.Start(plan));
    }

    private async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(_case.Path.EndsWith("/post", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, Target.Address);
            using var response = await client.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK && _case.Topology != Topology.GatewayOverTls && _peer is not null)
            {
                var missing = _peer.AddedHeaders.Where(name => !response.Headers.Contains(name)).ToArray();
                if (missing.Length > 0)
                {
                    throw new BenchmarkException($"{Name} does not add {string.Join(", ", missing)}; its results would not be comparable.");
                }
            }

            _lastAnswer = $"{(int)response.StatusCode}";
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            _lastAnswer = failure.Message;
            return false;
        }
    }
}
