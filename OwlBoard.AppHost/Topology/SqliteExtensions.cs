using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

internal static class SqliteExtensions
{
    /// <summary>Stores the data of a local run, which has no containers, in SQLite files.</summary>
    public static IResourceBuilder<ProjectResource> RunWithSqlite(this IResourceBuilder<ProjectResource> service, string directory) =>
        service.ApplicationBuilder.ExecutionContext.IsRunMode ? service.WithEnvironment("Storage__Directory", directory) : service;
}
