using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Microsoft.Extensions.Configuration;

namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>Writes the model as <c>docker-compose.yaml</c> and <c>.env</c>, byte for byte as Aspire 13.5.2 does.</summary>
internal sealed class Publisher(
    IReadOnlyCollection<IResource> resources, IConfiguration configuration, DistributedApplicationExecutionContext execution)
{
    private const string DefaultNetwork = "aspire";

    /// <exception cref="DistributedApplicationException">It cannot be published, and the message says why.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var directory = ReadOutputPath();
        var environment = resources.OfType<DockerComposeEnvironmentResource>().SingleOrDefault()
            ?? throw new DistributedApplicationException("There is nothing to publish to: add one docker-compose environment to the model.");
        if (environment.DashboardEnabled)
        {
            throw new DistributedApplicationException("The embedded engine has no dashboard to publish: WithDashboard(false).");
        }

        var file = Build(environment, cancellationToken);
        try
        {
            Directory.CreateDirectory(directory);
            var compose = Path.Combine(directory, "docker-compose.yaml");
            await File.WriteAllTextAsync(compose, ComposeYaml.Write(file), cancellationToken);
            Console.WriteLine($"Published {compose}");
            if (environment.CapturedEnvironmentVariables.Count > 0)
            {
                var variables = EnvFile.Load(Path.Combine(directory, ".env"));
                variables.AddMissing(environment.CapturedEnvironmentVariables);
                variables.Save();
                Console.WriteLine(variables.Empty is { Count: > 0 } empty
                    ? $"Fill in {variables.Path} before deploying: {string.Join(", ", empty)}"
                    : $"Nothing is missing in {variables.Path}");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"Cannot publish to {directory}: {failure.Message}", failure);
        }
    }

    private ComposeFile Build(DockerComposeEnvironmentResource environment, CancellationToken cancellationToken)
    {
        var file = new ComposeFile();
        var network = new Network { Name = environment.DefaultNetworkName ?? DefaultNetwork, Driver = "bridge" };
        file.AddNetwork(network);

        var services = new ComposeServices(environment, execution);
        foreach (var resource in resources.OfType<IComputeResource>())
        {
            services.Prepare(resource);
        }

        foreach (var resource in resources.OfType<IComputeResource>())
        {
            var service = services.Build(resource, cancellationToken);
            foreach (var volume in service.Volumes)
            {
                file.Volumes.TryAdd(volume.Name, new Volume { Name = volume.Name, Driver = "local" });
            }

            service.Networks = [network.Name];
            foreach (var customization in resource.Annotations.OfType<DockerComposeServiceCustomizationAnnotation>())
            {
                customization.Configure(new(resource, environment), service);
            }

            file.AddService(service);
        }

        environment.ConfigureComposeFile?.Invoke(file);
        return file;
    }

    private string ReadOutputPath()
    {
        if (configuration["step"] is { } step && !string.Equals(step, "publish", StringComparison.OrdinalIgnoreCase))
        {
            throw new DistributedApplicationException($"--step is '{step}'; the embedded engine knows only publish.");
        }

        var path = configuration["output-path"];
        return string.IsNullOrWhiteSpace(path) || path.Contains('\0')
            ? throw new DistributedApplicationException("--output-path is empty; it must name the directory to publish to.")
            : Path.GetFullPath(path);
    }
}
