using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    public DistributedApplicationBuilder(string[] args)
    {
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);
        ExecutionContext = new(ReadOperation(Configuration["operation"]));
        Services.AddLogging();
        Services.AddHealthChecks();
    }

    public ConfigurationManager Configuration { get; } = new();

    public string AppHostDirectory { get; } = typeof(DistributedApplicationBuilder).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == nameof(AppHostDirectory)).Value!;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IServiceCollection Services { get; } = new ServiceCollection();

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ModelName.Validate("resource", resource.Name);
        if (Resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"There are two resources named '{resource.Name}'.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new DistributedApplicationResourceBuilder<T>(this, resource);

    public DistributedApplication Build() => new(this);

    private static DistributedApplicationOperation ReadOperation(string? operation) =>
        (operation ?? "run").ToUpperInvariant() switch
        {
            "RUN" => DistributedApplicationOperation.Run,
            "PUBLISH" => DistributedApplicationOperation.Publish,
            _ => throw new DistributedApplicationException($"--operation is '{operation}'; it must be run or publish."),
        };
}
