using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

internal interface IDistributedApplicationBuilder
{
    public ConfigurationManager Configuration { get; }

    /// <summary>The directory of the AppHost's project.</summary>
    public string AppHostDirectory { get; }

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>What the AppHost itself uses, health checks for instance.</summary>
    public IServiceCollection Services { get; }

    public IResourceCollection Resources { get; }

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    public DistributedApplication Build();
}
