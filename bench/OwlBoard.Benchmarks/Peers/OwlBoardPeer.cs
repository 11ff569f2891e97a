using System.Globalization;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>OwlBoard's load balancer or gateway, as deployed.</summary>
internal sealed class OwlBoardPeer(string name) : Peer(name)
{
    public override bool NeedsWarmUp => true;

    public override PinnedProcess Start(ProxyPlan plan)
    {
        var program = plan.Role == ProxyRole.LoadBalancer ? "OwlBoard.LoadBalancer" : "OwlBoard.Gateway";
        return PinnedProcess.Start(
            plan.Cpu,
            plan.Output,
            Environment(plan),
            [
                "dotnet", Path.Combine(plan.Programs, program, $"{program}.dll"),
                .. plan.Role == ProxyRole.LoadBalancer ? LoadBalancer(plan) : Gateway(plan),
            ]);
    }

    private static Dictionary<string, string> Environment(ProxyPlan plan) => plan.Limits is not { } limits ? [] : new()
    {
        // The runtime parses the value as hexadecimal.
        ["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{limits.HeapBytes:X}"),
    };

    private static IEnumerable<string> LoadBalancer(ProxyPlan plan) =>
    [
        "--LoadBalancer:Address=127.0.0.1",
        $"--LoadBalancer:DesktopPort={plan.Port}",
        $"--LoadBalancer:MobilePort={FreePorts.Next()}",
        $"--LoadBalancer:ManagementPort={FreePorts.Next()}",
        $"--LoadBalancer:RateLimit:RequestsPerSecond={plan.Limits?.RequestsPerSecond ?? 0}",
        // Disabled, like in the other proxies by default: all connections of a benchmark come from one address.
        .. plan.Limits is null ? ["--LoadBalancer:Limits:ConnectionsPerClient=1000000"] : Array.Empty<string>(),
        $"--LoadBalancer:AccessLog:Path={plan.AccessLog}",
        .. plan.Upstreams.SelectMany((port, i) => new[]
        {
            $"--LoadBalancer:Gateways:{i}:Name=api-gateway-{i + 1}",
            $"--LoadBalancer:Gateways:{i}:Address=http://127.0.0.1:{port}",
        }),
        .. plan.Tls is not { } tls ? Array.Empty<string>() :
        [
            $"--LoadBalancer:Tls:Port={tls.Port}",
            $"--LoadBalancer:Tls:CertificatePath={tls.Certificate}",
        ],
    ];

    private static IEnumerable<string> Gateway(ProxyPlan plan)
    {
        yield return $"--urls=http://127.0.0.1:{plan.Port}";
        // Service discovery resolves each name to four endpoints. All services are configured, because a gateway keeps
        // resolving a name that it cannot find.
        var scheme = plan.Certificates is null ? "http" : "https";
        foreach (var (setting, service) in new[]
        {
            ("Users", ResourceNames.UserService), ("Canvas", ResourceNames.CanvasService),
            ("Comments", ResourceNames.CommentsService), ("Chat", ResourceNames.ChatService),
        })
        {
            yield return $"--Gateway:Services:{setting}={scheme}://{service}";
            for (var i = 0; i < plan.Upstreams.Count; i++)
            {
                yield return $"--Services:{service}:{scheme}:{i}={scheme}://127.0.0.1:{plan.Upstreams[i]}";
            }
        }

        if (plan.Certificates is { } certificates)
        {
            yield return $"--MutualTls:Certificate={certificates.Certificate(ResourceNames.GatewayIdentity)}";
            yield return $"--MutualTls:Authority={certificates.Authority(ResourceNames.GatewayIdentity)}";
        }
    }
}
