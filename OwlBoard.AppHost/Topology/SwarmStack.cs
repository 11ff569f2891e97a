using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.AppHost.Topology;

/// <summary>Converts the published file to a swarm stack for several hosts.</summary>
internal static class SwarmStack
{
    /// <summary>The label of the host whose disk has the stores' volumes.</summary>
    private const string StoreHost = "node.labels.owlboard.stores == true";

    /// <summary>
    /// Runs the given number of gateways, and two replicas of each other stateless service, so that a host may fail.
    /// </summary>
    public static ComposeFile AsSwarmStack(this ComposeFile file, int gateways)
    {
        // The format of `docker stack deploy`; without it older engines assume version 1.
        file.Version = "3.8";
        foreach (var service in file.Services.Values)
        {
            Place(service, service.Name == ResourceNames.Gateways ? gateways : IsStore(service) ? 1 : 2);
            MountMemory(service);
            RemoveUnsupportedMembers(service);
        }

        foreach (var network in file.Networks.Values)
        {
            network.Driver = "overlay";
            // The option belongs to bridge networks; the host has no address in an overlay network.
            network.DriverOpts = [];
            // A stack's networks support a subnet only, and need no more: published ports use a network of their own, without
            // Docker's proxy.
            network.Ipam?.Config.ForEach(config => _ = config.Remove("ip_range") | config.Remove("gateway"));
        }

        return file;
    }

    /// <summary>Indicates whether a service stores data on its host. Certificates are mounted on every host.</summary>
    private static bool IsStore(Service service) => service.Volumes.Any(volume => volume.Type == "volume");

    private static void Place(Service service, int replicas)
    {
        var deploy = service.Deploy ??= new Deploy();
        deploy.Replicas = replicas;
        deploy.RestartPolicy = new RestartPolicy { Condition = "any", Delay = "1s" };
        var isStore = IsStore(service);
        deploy.Placement = isStore
            ? new Placement { Constraints = [StoreHost] }
            : new Placement { Preferences = [new() { ["spread"] = "node.id" }] };
        deploy.UpdateConfig = new UpdateConfig
        {
            Parallelism = 1,
            Delay = "5s",
            Monitor = "30s",
            FailureAction = "rollback",
            // Two stores cannot share a volume; any other replica is started before the old one stops.
            Order = isStore ? "stop-first" : "start-first",
        };
    }

    /// <summary>Replaces <c>tmpfs</c>, which a stack ignores, with volumes of that type.</summary>
    private static void MountMemory(Service service)
    {
        service.Volumes.AddRange(service.Tmpfs.Select(entry =>
            new Volume { Name = entry, Type = "tmpfs", Target = entry.Split(':')[0] }));
        service.Tmpfs = [];
    }

    private static void RemoveUnsupportedMembers(Service service)
    {
        service.ContainerName = null;
        service.Restart = null;
        service.DependsOn = [];
        service.Expose = [];
        service.SecurityOpt = [];
    }
}
