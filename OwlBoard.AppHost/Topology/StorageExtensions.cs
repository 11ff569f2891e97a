using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

/// <summary>Where a service keeps its data.</summary>
internal static class StorageExtensions
{
    /// <summary>A local run keeps SQLite files in <paramref name="directory"/>; nothing is written when publishing.</summary>
    public static IResourceBuilder<ProjectResource> WithStorage(
        this IResourceBuilder<ProjectResource> service, string directory) =>
        service.ApplicationBuilder.ExecutionContext.IsRunMode
            ? service.WithEnvironment("Storage__Directory", directory)
            : service;
}
