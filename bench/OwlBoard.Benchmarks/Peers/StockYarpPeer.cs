using OwlBoard.Benchmarks.Processes;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>YARP with its defaults: no added headers, no access log, no retries.</summary>
internal sealed class StockYarpPeer(string name) : Peer(name)
{
    public override bool NeedsWarmUp => true;

    public override IReadOnlyList<string> AddedHeaders { get; } = [];

    public override PinnedProcess Start(ProxyPlan plan)
    {
        var command = new List<string>
        {
            "dotnet",
            Path.Combine(plan.Programs, "OwlBoard.StockYarp", "OwlBoard.StockYarp.dll"),
            $"--urls=http://127.0.0.1:{plan.Port}",
        };
        command.AddRange(plan.Upstreams.Select((port, i) => $"--Upstream:{i}={(plan.Certificates is null ? "http" : "https")}://127.0.0.1:{port}"));
        if (plan.Role == ProxyRole.Gateway)
        {
            command.Add("--RemovePrefix=/api");
        }

        if (plan.Certificates is { } certificates)
        {
            command.Add($"--Certificate={certificates.Certificate(ResourceNames.GatewayIdentity)}");
            command.Add($"--Authority={certificates.Authority(ResourceNames.GatewayIdentity)}");
        }

        return PinnedProcess.Start(plan.Cpu, plan.Output, command);
    }
}
