using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.AppHost.Topology;

/// <summary>Makes the published file a stack for several hosts.</summary>
internal static class SwarmStack
{
    /// <summary>The host label of the one host whose disk has the stores' volumes.</summary>
    private const string StoreHost = "node.labels.owlboard.stores == true";

    /// <summary>
    /// Two of everything that keeps no data, so that a host may go, and of the gateways as many as asked for.
    /// </summary>
    public static ComposeFile AsSwarmStack(this ComposeFile file, int gateways)
    {
        // The format that `docker stack deploy` reads; without it older engines take the file for version 1.
        file.Version = "3.8";
        foreach (var service in file.Services.Values)
        {
            Place(service, service.Name == ResourceNames.Gateways ? gateways : IsStore(service) ? 1 : 2);
            MountMemory(service);
            DropWhatAStackRefuses(service);
        }

        foreach (var network in file.Networks.Values)
        {
            network.Driver = "overlay";
            // A bridge's; the host has no address in an overlay.
            network.DriverOpts = [];
            // A stack's networks take a subnet only; nor is there a proxy of Docker's in this one, which publishes ports
            // through a network of its own.
            network.Ipam?.Config.ForEach(config => _ = config.Remove("ip_range") | config.Remove("gateway"));
        }

        return file;
    }

    /// <summary>Returns whether a service keeps data on the disk of its host. Certificates are mounted on every host.</summary>
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
            // Two stores cannot share a volume; of everything else the new one is there before the old one leaves.
            Order = isStore ? "stop-first" : "start-first",
        };
    }

    /// <summary>A stack takes no notice of <c>tmpfs</c>; it mounts the same as a volume of that type.</summary>
    private static void MountMemory(Service service)
    {
        service.Volumes.AddRange(service.Tmpfs.Select(entry =>
            new Volume { Name = entry, Type = "tmpfs", Target = entry.Split(':')[0] }));
        service.Tmpfs = [];
    }

    private static void DropWhatAStackRefuses(Service service)
    {
        service.ContainerName = null;
        service.Restart = null;
        service.DependsOn = [];
        service.Expose = [];
        service.SecurityOpt = [];
    }
}
