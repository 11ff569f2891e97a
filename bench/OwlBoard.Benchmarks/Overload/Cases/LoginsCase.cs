using System.Net;
using System.Text;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Overload.Attacks;
using OwlBoard.Benchmarks.Overload.Clients;
using OwlBoard.Benchmarks.Overload.Processes;
using OwlBoard.Benchmarks.Overload.Results;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>
/// One address sends logins to the load balancer, four gateways and the user service, all on the proxies' processor. Other
/// clients list users, and log in with the right password, one of them to the attacked account.
/// </summary>
internal sealed class LoginsCase() : OverloadCase("logins")
{
    private const int Gateways = 4;
    private const int Accounts = 10;
    private const int ListsPerSecond = 50;
    private const int LoginsPerSecond = 1;
    private const string Password = "whoooo";

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    /// <summary>The time in which the programs compile the code of logins, without load: six of them share a processor.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly ProxySetup Setup = new("/api/users/?limit=1") { RequestsPerSecond = 100 };
    private static readonly LoginFlood Attack = new();

    public override string Description =>
        $"{Attack.Description}, below the rate limit; against the load balancer, {Gateways} gateways and the user service";

    public override bool Includes(Peer peer) => peer is OwlBoardPeer;

    public override async Task<IReadOnlyList<OverloadResult>> RunAsync(Peer peer, CaseContext context, CancellationToken cancellationToken)
    {
        var servicePort = FreePorts.Next();
        await using var service = StartService(servicePort, context);
        var gatewayPorts = FreePorts.Take(Gateways);
        var gateways = gatewayPorts.Select(port => peer.Start(new ProxyPlan(
            ProxyRole.Gateway, port, [servicePort], context.Certificates,
            context.Folder.Add($"{Name}-{peer.Name}-gateway-{port}"), context.Settings.Programs, context.Settings.ProxyCpu))).ToArray();
        try
        {
            await IsReadyAsync(gatewayPorts, [service, .. gateways], cancellationToken);
            await using var proxy = await AttackedProxy.StartAsync(peer, Name, gatewayPorts, Setup, context, cancellationToken);
            await RegisterAsync(proxy.Target.Port, cancellationToken);
            using var memory = new MemoryWatch(proxy.ProcessIds);
            using var lists = ClientGroup.OfGets(proxy.Target, ListsPerSecond);
            using var logins = new ClientGroup(
                network: 3, Accounts, proxy.Target.Port, LoginsPerSecond, i => LoginFlood.Login(LoginFlood.Account(i), Password));
            await Task.WhenAll(lists.RunAsync(WarmUp, cancellationToken), logins.RunAsync(WarmUp, cancellationToken));
            await using var attackers = AttackProgram.Start(Attack, new AttackTarget(proxy.Target.Port, proxy.TlsPort));
            var results = await Task.WhenAll(lists.RunAsync(Duration, cancellationToken), logins.RunAsync(Duration, cancellationToken));
            var summary = await attackers.StopAsync(cancellationToken);
            var ending = gateways.Append(service).Any(process => process.HasEnded) ? "a gateway or the service ended" : await proxy.EndingAsync(cancellationToken);
            var peak = memory.Stop();
            return
            [
                new OverloadResult($"{peer.Name}, GET /api/users/", ending, peak, summary, results[0]),
                new OverloadResult($"{peer.Name}, logins", ending, peak, summary, results[1]),
            ];
        }
        finally
        {
            await Task.WhenAll(gateways.Select(gateway => gateway.DisposeAsync().AsTask()));
        }
    }

    private static PinnedProcess StartService(int port, CaseContext context)
    {
        var folder = context.Folder.Add($"logins-service-{port}");
        return PinnedProcess.Start(
            context.Settings.ProxyCpu,
            Path.Combine(folder, "output.log"),
            "dotnet",
            Path.Combine(context.Settings.Programs, "OwlBoard.Services", "OwlBoard.Services.dll"),
            "user",
            $"--urls=https://127.0.0.1:{port}",
            $"--Storage:Directory={folder}",
            $"--MutualTls:Certificate={context.Certificates.Certificate(ResourceNames.UserService)}",
            $"--MutualTls:Authority={context.Certificates.Authority(ResourceNames.UserService)}");
    }

    /// <summary>Waits until each gateway can reach the service.</summary>
    private static async Task IsReadyAsync(int[] gateways, PinnedProcess[] processes, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var answer = "nothing";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartTimeout);
        try
        {
            foreach (var port in gateways)
            {
                while (!await AnswersAsync(port))
                {
                    Array.ForEach(processes, process => process.ThrowIfEnded());
                    await Task.Delay(PollInterval, deadline.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"The gateways did not reach the user service within {StartTimeout.TotalSeconds:0} s; the last result was: {answer}.");
        }

        async Task<bool> AnswersAsync(int port)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}{Setup.Path}"), deadline.Token);
                answer = $"{(int)response.StatusCode}";
                return response.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException failure)
            {
                answer = failure.Message;
                return false;
            }
        }
    }

    private static async Task RegisterAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        for (var i = 0; i < Accounts; i++)
        {
            using var body = new StringContent(
                $$"""{"email":"{{LoginFlood.Account(i)}}","full_name":"Owl","password":"{{Password}}"}""", Encoding.UTF8, "application/json");
            using var response = await client.PostAsync(new Uri($"http://127.0.0.1:{port}/api/users/register"), body, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new BenchmarkException($"Registering an account failed: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
            }
        }
    }
}
