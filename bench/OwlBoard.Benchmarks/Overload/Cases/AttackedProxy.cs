using System.Diagnostics;
using System.Globalization;
using System.Net;
using OwlBoard.Benchmarks.Load;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Overload.Clients;
using OwlBoard.Benchmarks.Overload.Processes;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>A load balancer under attack: warmed up, and with the same limits as the others.</summary>
internal sealed class AttackedProxy : IAsyncDisposable
{
    /// <summary>The heap limit: 75 % of 512 MB, which is the default of .NET in a container with 512 MB.</summary>
    public const long HeapBytes = 512L * 1024 * 1024 * 3 / 4;

    private const int WarmUpRequestsPerSecond = 1_000;
    private const int LimitedWarmUpRequestsPerSecond = 100;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ShortWarmUp = TimeSpan.FromSeconds(1);

    /// <summary>The time within which a proxy must serve a request after the attack.</summary>
    private static readonly TimeSpan RecoveryTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly PinnedProcess _process;
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = RequestTimeout };

    private AttackedProxy(PinnedProcess process, Target target, int tlsPort)
    {
        _process = process;
        Target = target;
        TlsPort = tlsPort;
    }

    public Target Target { get; }

    public int TlsPort { get; }

    /// <summary>The process and its workers at the time at which the proxy was ready.</summary>
    public IReadOnlyList<int> ProcessIds { get; private set; } = [];

    /// <summary>Starts the proxy and waits until it is ready.</summary>
    public static async Task<AttackedProxy> StartAsync(
        Peer peer, string name, IReadOnlyList<int> upstreams, ProxySetup setup, CaseContext context, CancellationToken cancellationToken)
    {
        var tls = new TlsListener(FreePorts.Next(), context.Certificates.Certificate(ResourceNames.UserService));
        var plan = new ProxyPlan(
            ProxyRole.LoadBalancer, FreePorts.Next(), upstreams, Certificates: null,
            context.Folder.Add($"{name}-{peer.Name}"), context.Settings.Programs, context.Settings.ProxyCpu)
        {
            Limits = new ProxyLimits(OpenFiles.Connections, HeapBytes, setup.RetryFailedAfter, setup.RequestsPerSecond),
            Tls = tls,
        };
        var proxy = new AttackedProxy(peer.Start(plan), new Target(plan.Port, setup.Path), tls.Port);
        try
        {
            await proxy.IsReadyAsync(peer, cancellationToken);
            proxy.ProcessIds = ProcessUsage.Tree([proxy._process.Id]);
            using var clients = ClientGroup.OfGets(proxy.Target, setup.RequestsPerSecond > 0 ? LimitedWarmUpRequestsPerSecond : WarmUpRequestsPerSecond);
            await clients.RunAsync(peer.NeedsWarmUp ? WarmUp : ShortWarmUp, cancellationToken);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Checks after an attack that all processes of the proxy are running and that it serves a request.</summary>
    /// <returns>The reason why the proxy did not survive; <see langword="null"/> if it did.</returns>
    public async Task<string?> EndingAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await AnswerAsync(cancellationToken);
            if (_process.HasEnded || ProcessIds.Any(id => !Directory.Exists($"/proc/{id}")))
            {
                return "ended";
            }

            if (answer is null || Stopwatch.GetElapsedTime(started) > RecoveryTimeout)
            {
                return answer is null ? null : $"serves no request within {RecoveryTimeout.TotalSeconds:0} s after the attack: {answer}";
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }

    private async Task IsReadyAsync(Peer peer, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        string? answer = "no response";
        try
        {
            while ((answer = await AnswerAsync(deadline.Token)) is not null)
            {
                _process.ThrowIfEnded();
                await Task.Delay(PollInterval, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"{peer.Name} did not return 200 at {Target.Address} within {StartTimeout.TotalSeconds:0} s; the last result was: {answer}.");
        }
    }

    /// <summary>Sends one request.</summary>
    /// <returns>The response or error; <see langword="null"/> if the status is 200.</returns>
    private async Task<string?> AnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(Target.Address, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? null : $"{(int)response.StatusCode}";
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return failure.Message;
        }
    }
}
