using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

internal static class RedisExtensions
{
    /// <summary>Tells a service where to pass on live messages to its other replicas.</summary>
    public static IResourceBuilder<ProjectResource> WithFanOut(
        this IResourceBuilder<ProjectResource> service,
        IResourceBuilder<ContainerResource> redis, IResourceBuilder<ParameterResource> password)
    {
        var endpoint = redis.GetEndpoint("tcp");
        return service
            .WithEnvironment("Redis__ConnectionString", ReferenceExpression.Create(
                $"{endpoint.Property(EndpointProperty.Host)}:{endpoint.Property(EndpointProperty.Port)},password={password}"))
            .WaitFor(redis);
    }
}
