using System.Text.RegularExpressions;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace OwlBoard.AppHost.Topology;

/// <summary>Changes the published file as a whole, once all its services are known.</summary>
internal static partial class ComposeFileExtensions
{
    /// <summary>The addresses of the frontends, the proxies that the load balancer trusts.</summary>
    public const string FrontendAddresses = "${OWLBOARD_FRONTEND_ADDRESSES:-172.30.250.128/25}";

    /// <summary>The folder on the host that <c>dotnet run --project certs</c> filled; relative to the compose file.</summary>
    public const string CertificatesDirectory = "${OWLBOARD_CERTIFICATES:-./certs}";

    /// <summary>All addresses of the public network.</summary>
    public const string PublicSubnet = "${OWLBOARD_PUBLIC_SUBNET:-172.30.250.0/24}";

    /// <summary>Stated, since Docker would take it from the range of the containers.</summary>
    private const string PublicGateway = "${OWLBOARD_PUBLIC_GATEWAY:-172.30.250.1}";

    /// <summary>
    /// The networks. The public one has addresses that are known, and containers get theirs from the upper half: the
    /// load balancer believes the frontends there about their clients, but not the gateway in the lower half, as which
    /// Docker's own proxy passes on connections from anyone.
    /// </summary>
    public static ComposeFile AddNetworks(this ComposeFile file) => file
        .AddNetwork(new Network
        {
            Name = NetworkNames.Private,
            Driver = "bridge",
            // An internal network is closed to other machines and networks only: the host would have an address in it, and
            // whoever has an account there could reach the stores.
            DriverOpts = new() { ["com.docker.network.bridge.inhibit_ipv4"] = "true" },
            Internal = true,
        })
        .AddNetwork(new Network
        {
            Name = NetworkNames.Public,
            Driver = "bridge",
            Ipam = new Ipam
            {
                Config =
                [
                    new() { ["subnet"] = PublicSubnet, ["ip_range"] = FrontendAddresses, ["gateway"] = PublicGateway },
                ],
            },
        });

    /// <summary>Nothing starts before what it needs is healthy. Aspire itself writes <c>service_started</c> only.</summary>
    public static ComposeFile WaitForHealth(this ComposeFile file)
    {
        foreach (var (name, dependency) in file.Services.Values.SelectMany(service => service.DependsOn))
        {
            if (file.Services[name].Healthcheck is not null)
            {
                dependency.Condition = "service_healthy";
            }
        }

        return file;
    }

    /// <summary>
    /// A value that <c>.env</c> leaves empty is an error before anything starts, rather than an empty password:
    /// <c>${NAME}</c> becomes <c>${NAME:?…}</c>.
    /// </summary>
    public static ComposeFile RequireValues(this ComposeFile file)
    {
        foreach (var service in file.Services.Values)
        {
            service.Image = service.Image is { } image ? Require(image) : null;
            service.Command = [.. service.Command.Select(Require)];
            service.Environment = service.Environment.ToDictionary(variable => variable.Key, variable => Require(variable.Value));
        }

        return file;
    }

    private static string Require(string text) => Variable().Replace(text, "$${${name}:?${name} is empty in .env}");

    [GeneratedRegex(@"(?<!\$)\$\{(?<name>[A-Z0-9_]+)\}")]
    private static partial Regex Variable();
}
