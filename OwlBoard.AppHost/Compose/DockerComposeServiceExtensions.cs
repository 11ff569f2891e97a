using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Docker.Resources.ComposeNodes;

namespace Aspire.Hosting;

internal static class DockerComposeServiceExtensions
{
    /// <summary>Changes the service of the published resource.</summary>
    public static IResourceBuilder<T> PublishAsDockerComposeService<T>(
        this IResourceBuilder<T> builder, Action<DockerComposeServiceResource, Service> configure)
        where T : IComputeResource =>
        builder.ApplicationBuilder.ExecutionContext.IsPublishMode
            ? builder.WithAnnotation(new DockerComposeServiceCustomizationAnnotation(configure))
            : builder;

    /// <summary>Returns the reference to a parameter in the published file: <c>${JWT_SECRET}</c> for <c>jwt-secret</c>.</summary>
    public static string AsEnvironmentPlaceholder(
        this IResourceBuilder<ParameterResource> builder, DockerComposeServiceResource dockerComposeService) =>
        dockerComposeService.ToPlaceholder(builder.Resource);
}
