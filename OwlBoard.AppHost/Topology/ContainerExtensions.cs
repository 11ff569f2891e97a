using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace OwlBoard.AppHost.Topology;

/// <summary>How resources run as containers. Nothing here has a part in a local run.</summary>
internal static class ContainerExtensions
{
    /// <summary>The group that the images' files are readable for, and the keys that are mounted; Microsoft's images have it too.</summary>
    private const int Group = 1654;

    /// <summary>
    /// The user of the programs that read private keys, which are readable for their owner only: one user, since gateways
    /// share a key, and so do those who are asked for their health.
    /// </summary>
    public const int KeyReader = 10001;

    /// <summary>The user and group of the stores' images, which own the volumes.</summary>
    private const string StoreUserId = "999";

    /// <summary>
    /// Runs one of our programs locked down: not as root, nothing writable but <c>/tmp</c>, no capabilities.
    /// </summary>
    /// <param name="program">The program; its first endpoint answers <c>/health</c>.</param>
    /// <param name="user">
    /// Its user id. Each program but those of <see cref="KeyReader"/> has one of its own: the limit of its processes is
    /// counted for each user, not for each container, and <c>pids_limit</c> is not in Aspire's model.
    /// </param>
    /// <param name="memory">What it may use, its health check included.</param>
    /// <param name="networks">The networks that it is in.</param>
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
            Confine(service, string.Create(CultureInfo.InvariantCulture, $"{user}:{Group}"), user == KeyReader ? 8192 : 512);
            service.Healthcheck = Check("CMD", "dotnet", assembly, "--probe", health);
            // 5 s of draining and 30 s for what is in flight (Drain:Period, Drain:Timeout), and a little to end.
            service.StopGracePeriod = "40s";
        });

    /// <summary>Runs a store locked down likewise: nothing writable but its volume and the directories named.</summary>
    public static IResourceBuilder<ContainerResource> PublishAsStore(
        this IResourceBuilder<ContainerResource> store, string memory, string check, params string[] writable) =>
        store.PublishAsDockerComposeService((_, service) =>
        {
            Limit(service, memory, [NetworkNames.Private]);
            // All stores are the same user, so they share this.
            Confine(service, $"{StoreUserId}:{StoreUserId}", processes: 2048);
            service.Healthcheck = Check("CMD-SHELL", check);
            // Its owner has to be said; a mode would not help, that is taken from the directory that is covered.
            service.Tmpfs.AddRange(writable.Select(directory => $"{directory}:uid={StoreUserId},gid={StoreUserId}"));
            service.StopGracePeriod = "60s";
        });

    /// <summary>
    /// Runs an image that is not ours. It keeps the user, the capabilities and the file system that it expects: the
    /// original images need what ours do without.
    /// </summary>
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
