using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using OwlBoard.AppHost.Topology;

namespace OwlBoard.AppHost.Embedded.Ports;

/// <summary>Looks, before anything is started, whether the ports that the model states are there to be had.</summary>
internal static class PortCheck
{
    /// <exception cref="DistributedApplicationException">Ports are taken; the message names each, and the way out.</exception>
    public static void Run(IEnumerable<IResource> resources, IConfiguration configuration, int? dashboardPort = null)
    {
        var wanted =
            from resource in resources
            from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
            select (Port: PortAllocator.FixedPort(endpoint), By: $"{resource.Name} ({endpoint.Name})");
        var taken = wanted.Append((Port: dashboardPort, By: "the dashboard"))
            .Where(want => want.Port is { } port && !PortAllocator.IsFree(port))
            .Select(want => Describe(want.Port!.Value, want.By, configuration))
            .ToArray();
        if (taken.Length > 0)
        {
            throw new DistributedApplicationException(string.Join("; ", taken) + ".");
        }
    }

    private static string Describe(int port, string by, IConfiguration configuration)
    {
        var option = configuration.GetSection(TopologySettings.PortsSection).GetChildren()
            .FirstOrDefault(setting => setting.Value == $"{port}");
        var holder = PortHolder.Find(port) ?? "another process, or not for this user to open";
        var wayOut = option is null ? string.Empty : $", choose another with --{option.Path} PORT";
        return $"Port {port}, which {by} wants, is taken by {holder}{wayOut}";
    }
}
