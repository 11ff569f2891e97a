using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace OwlBoard.Tests.Architecture;

/// <summary>States which namespaces of a program may use which: the folders form layers without a cycle.</summary>
[Trait("Category", "Unit")]
public sealed class LayerTests
{
    /// <summary>The namespaces of each program. A namespace may use those before it. The program's own namespace comes last.</summary>
    public static TheoryData<string, string[]> Layers { get; } = new()
    {
        {
            "OwlBoard.Forwarding",
            ["Faults", "Features", "Http1", "Fields", "Targets", "Discovery", "Transport", "Transforms", "Connections", "Tracing", "WebSockets", "Exchanges"]
        },
        {
            "OwlBoard.LoadBalancer",
            [
                "Telemetry", "Tls", "Gateways", "Requests", "AccessLog", "Health", "Limits", "Balancing", "Affinity", "Attempts", "Management",
                "Status", "Pipeline", "Configuration",
            ]
        },
        { "OwlBoard.Gateway", ["Configuration", "Routing", "Responses", "Cors", "Upstream", "Breaker"] },
        { "OwlBoard.Services", ["Http", "Storage", "Realtime", "Users", "Canvases", "Comments", "Chat", "Hosting"] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void Namespace_uses_only_namespaces_below_it(string program, string[] namespaces)
    {
        var architecture = new ArchLoader().LoadAssemblies(System.Reflection.Assembly.Load(program)).Build();
        var types = architecture.Types.Where(type => LayerOf(type) is not null).ToArray();

        Assert.Empty(string.Join('\n', types.SelectMany(type => type.Dependencies, (type, dependency) => (type, dependency.Target))
                .Where(use => LayerOf(use.type) < LayerOf(use.Target))
                .Select(use => $"{use.type.FullName} uses {use.Target.FullName}")
                .Distinct()));
        Assert.Equal(namespaces.Order(), types.Select(NameOf).Where(name => name.Length > 0).Distinct().Order());

        int? LayerOf(IType type) => type.Namespace?.FullName is not { } name ? null
            : name == program ? namespaces.Length
            : !name.StartsWith($"{program}.", StringComparison.Ordinal) ? null
            : Array.IndexOf(namespaces, NameOf(type));

        string NameOf(IType type) => type.Namespace.FullName[program.Length..].Split('.', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
    }
}
