using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace OwlBoard.AppHost.Topology;

/// <summary>Publishes resources as containers. A local run is not affected.</summary>
internal static class ContainerExtensions
{
    /// <summary>The group with read access to the files of the images and the mounted keys, as in Microsoft's images.</summary>
    private const int Group = 1654;

    /// <summary>The user and group of the stores' images, which own the volumes.</summary>
    private const string StoreUserId = "999";

    /// <summary>Publishes a program without root and capabilities, and with a read-only file system except <c>/tmp</c>.</summary>
    /// <param name="program">The program; its first endpoint serves <c>/health</c>.</param>
    /// <param name="user">The user id of its process.</param>
    /// <param name="memory">The memory limit, including the health check.</param>
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
            // Drain:Period 5 s, Drain:Timeout 30 s, and a margin of 5 s.
            service.StopGracePeriod = "40s";
        });

    /// <summary>Publishes a store with the same restrictions; it can write to its volume and to the given directories.</summary>
    public static IResourceBuilder<ContainerResource> PublishAsStore(
        this IResourceBuilder<ContainerResource> store, string memory, string check, params string[] writable) =>
        store.PublishAsDockerComposeService((_, service) =>
        {
            Limit(service, memory, [NetworkNames.Private]);
            // The limit is per user, and all stores run as the same user.
            Confine(service, $"{StoreUserId}:{StoreUserId}", processes: 2048);
            service.Healthcheck = Check("CMD-SHELL", check);
            // The owner is explicit: a tmpfs inherits the mode of the directory that it covers, but not its owner.
            service.Tmpfs.AddRange(writable.Select(directory => $"{directory}:uid={StoreUserId},gid={StoreUserId}"));
            service.StopGracePeriod = "60s";
        });

    /// <summary>Publishes a third-party image with the user, capabilities and file system that it requires.</summary>
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
