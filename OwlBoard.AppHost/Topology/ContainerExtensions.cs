using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace OwlBoard.AppHost.Topology;

/// <summary>Publishes resources as containers. Nothing here affects a local run.</summary>
internal static class ContainerExtensions
{
    /// <summary>The group that may read the files of the images and the mounted keys; Microsoft's images have it too.</summary>
    private const int Group = 1654;

    /// <summary>The user and group of the stores' images, which own the volumes.</summary>
    private const string StoreUserId = "999";

    /// <summary>Locks a program down: it does not run as root, has no capabilities and can write to <c>/tmp</c> only.</summary>
    /// <param name="program">The program; its first endpoint serves <c>/health</c>.</param>
    /// <param name="user">The id of the user as which it runs.</param>
    /// <param name="memory">The memory limit, its health check included.</param>
    /// <param name="networks">The networks to which it is attached.</param>
    public static IResourceBuilder<ProjectResource> PublishAsProgram(
        this IResourceBuilder<ProjectResource> program, int user, string memory, params string[] networks) =>
        program.PublishAsDockerComposeService((_, service) =>
        {
            var endpoint = program.Resource.Annotations.OfType<EndpointAnnotation>().First();
            var assembly = Path.ChangeExtension(
                Path.GetFileName(program.Resource.Annotations.OfType<IProjectMetadata>().Last().ProjectPath), ".dll");
            var health = string.Create(
                CultureInfo.InvariantCulture, $"{endpoint.UriScheme}://localhost:{endpoint.TargetPort}/health");

            Limit(service, memory, networks);
            Confine(service, string.Create(CultureInfo.InvariantCulture, $"{user}:{Group}"), user == UserIds.KeyReader ? 8192 : 512);
            service.Healthcheck = Check("CMD", "dotnet", assembly, "--probe", health);
            // Drain:Period 5 s, Drain:Timeout 30 s, and a margin.
            service.StopGracePeriod = "40s";
        });

    /// <summary>Locks a store down likewise; it can write to its volume and to the named directories.</summary>
    public static IResourceBuilder<ContainerResource> PublishAsStore(
        this IResourceBuilder<ContainerResource> store, string memory, string check, params string[] writable) =>
        store.PublishAsDockerComposeService((_, service) =>
        {
            Limit(service, memory, [NetworkNames.Private]);
            // The limit counts per user, and all stores run as the same one.
            Confine(service, $"{StoreUserId}:{StoreUserId}", processes: 2048);
            service.Healthcheck = Check("CMD-SHELL", check);
            // The owner is explicit: a tmpfs takes its mode, but not its owner, from the directory that it covers.
            service.Tmpfs.AddRange(writable.Select(directory => $"{directory}:uid={StoreUserId},gid={StoreUserId}"));
            service.StopGracePeriod = "60s";
        });

    /// <summary>Publishes an image that is not ours with the user, capabilities and file system that it expects.</summary>
    public static IResourceBuilder<ContainerResource> PublishAsIs(
        this IResourceBuilder<ContainerResource> container,
        IResourceBuilder<ParameterResource> image, string memory, params string[] networks) =>
        container.PublishAsDockerComposeService((resource, service) =>
        {
            service.Image = image.AsEnvironmentPlaceholder(resource);
            Limit(service, memory, networks);
            service.StopGracePeriod = "40s";
        });

    private static void Limit(Service service, string memory, string[] networks)
    {
        service.ContainerName = service.Name.Replace('-', '_');
        service.Networks = [.. networks];
        service.Restart = "unless-stopped";
        service.SecurityOpt = ["no-new-privileges:true"];
        service.Deploy = new Deploy { Resources = new Resources { Limits = new ResourceSpec { Memory = memory } } };
        service.Logging = new Logging
        {
            Driver = "json-file",
            Options = new() { ["max-size"] = "10m", ["max-file"] = "3" },
        };
    }

    private static void Confine(Service service, string user, int processes)
    {
        service.User = user;
        service.ReadOnly = true;
        service.Tmpfs = ["/tmp"];
        service.CapDrop = ["ALL"];
        service.Ulimits = new() { ["nproc"] = new Ulimit { Soft = processes, Hard = processes } };
    }

    private static Healthcheck Check(params string[] test) => new()
    {
        Test = [.. test],
        Interval = "10s",
        Timeout = "5s",
        Retries = 3,
        StartPeriod = "60s",
    };
}
