using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using OwlBoard.AppHost.Embedded.Publishing;

namespace Aspire.Hosting;

internal static class DockerComposeServiceExtensions
{
    public static IResourceBuilder<T> PublishAsDockerComposeService<T>(
        this IResourceBuilder<T> builder, Action<DockerComposeServiceResource, Service> configure)
        where T : IComputeResource =>
        builder.ApplicationBuilder.ExecutionContext.IsPublishMode
            ? builder.WithAnnotation(new DockerComposeServiceCustomizationAnnotation(configure))
            : builder;

    /// <summary>Where the parameter's value goes in the file: <c>${JWT_SECRET}</c>.</summary>
    public static string AsEnvironmentPlaceholder(
        this IResourceBuilder<ParameterResource> builder, DockerComposeServiceResource dockerComposeService) =>
        Placeholder.For(builder.Resource, dockerComposeService.Parent);
}
