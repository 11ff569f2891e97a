using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

internal static class FrontendExtensions
{
    /// <summary>Adds the frontend of a device. It forwards <c>/api</c> to the load balancer's endpoint of that name.</summary>
    public static IResourceBuilder<ProjectResource> AddFrontend(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string device, int port,
        IResourceBuilder<ProjectResource> loadBalancer) =>
        builder.AddProject<Projects.OwlBoard_Frontend>(name)
            .WithArgs(device)
            .WithHttpEndpoint(port: port, isProxied: false)
            .WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health")
            .WithoutForwardedHeaders()
            .WithEnvironment("Frontend__LoadBalancer", $"http://_{device}.{loadBalancer.Resource.Name}")
            .WithReference(loadBalancer).WaitFor(loadBalancer)
            .WithLink("http", $"Whiteboard ({device})");
}
