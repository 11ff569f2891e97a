using System.Text.RegularExpressions;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace OwlBoard.AppHost.Topology;

/// <summary>Changes the published file as a whole, after all services are added.</summary>
internal static partial class ComposeFileExtensions
{
    /// <summary>The addresses of the frontends, which are the proxies that the load balancer trusts.</summary>
    public const string FrontendAddresses = "${OWLBOARD_FRONTEND_ADDRESSES:-172.30.250.128/25}";

    /// <summary>The folder on the host that <c>dotnet run --project certs</c> writes, relative to the compose file.</summary>
    public const string CertificatesDirectory = "${OWLBOARD_CERTIFICATES:-./certs}";

    /// <summary>All addresses of the public network.</summary>
    public const string PublicSubnet = "${OWLBOARD_PUBLIC_SUBNET:-172.30.250.0/24}";

    /// <summary>The network's gateway, specified because Docker would choose one from the containers' range.</summary>
    private const string PublicGateway = "${OWLBOARD_PUBLIC_GATEWAY:-172.30.250.1}";

    /// <summary>
    /// Adds the networks. The public one has fixed addresses, and containers get theirs from the upper half: the load balancer
    /// trusts the frontends there, but not the network's gateway in the lower half, which is the source address of all
    /// connections through Docker's own proxy.
    /// </summary>
    public static ComposeFile AddNetworks(this ComposeFile file) => file
        .AddNetwork(new Network
        {
            Name = NetworkNames.Private,
            Driver = "bridge",
            // An internal network is closed to other machines and networks only. Without this option the host has an address
            // in it, and local users could reach the stores.
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

    /// <summary>Starts each service after its dependencies are healthy. Aspire writes <c>service_started</c> only.</summary>
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
    /// Makes an empty value in <c>.env</c> an error before anything starts, rather than an empty password: <c>${NAME}</c> becomes
    /// <c>${NAME:?…}</c>.
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
