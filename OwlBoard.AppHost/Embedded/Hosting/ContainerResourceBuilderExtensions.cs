using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

internal static class ContainerResourceBuilderExtensions
{
    public static IResourceBuilder<ContainerResource> AddContainer(
        this IDistributedApplicationBuilder builder, string name, string image, string tag = "latest") =>
        builder.AddResource(new ContainerResource(name))
            .WithAnnotation(new ContainerImageAnnotation(image, tag));

    public static IResourceBuilder<ContainerResource> WithVolume(
        this IResourceBuilder<ContainerResource> builder, string name, string target, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(name, target, isReadOnly));
}
