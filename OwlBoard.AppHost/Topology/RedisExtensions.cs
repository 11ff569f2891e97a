using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

/// <summary>The Redis of the published system, which carries live messages between the replicas of a service.</summary>
internal static class RedisExtensions
{
    private const string PasswordParameter = "redis-password";

    public static IResourceBuilder<ContainerResource> AddRedisStore(this IDistributedApplicationBuilder builder, string name)
    {
        var password = builder.AddParameter(PasswordParameter, secret: true);
        return builder.AddContainer(name, "redis", "7")
            .WithEndpoint(targetPort: 6379, name: "tcp")
            .WithArgs("redis-server", "--requirepass", password.Resource, "--dir", "/data")
            .WithArgs("--appendonly", "yes", "--maxmemory", "128mb")
            .WithEnvironment("REDISCLI_AUTH", password)
            .WithVolume("redis-data", "/data")
            .PublishAsStore(memory: "192M", check: "redis-cli ping | grep -q PONG");
    }

    /// <summary>Connects the service to Redis, which carries live messages between its replicas.</summary>
    public static IResourceBuilder<ProjectResource> WithFanOut(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ContainerResource> redis)
    {
        var password = service.ApplicationBuilder.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == PasswordParameter);
        var endpoint = redis.GetEndpoint("tcp");
        return service
            .WithEnvironment("Redis__ConnectionString", ReferenceExpression.Create(
                $"{endpoint.Property(EndpointProperty.Host)}:{endpoint.Property(EndpointProperty.Port)},password={password}"))
            .WaitFor(redis);
    }
}
