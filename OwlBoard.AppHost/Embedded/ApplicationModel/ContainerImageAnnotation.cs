namespace Aspire.Hosting.ApplicationModel;

internal sealed class ContainerImageAnnotation(string image, string tag) : IResourceAnnotation
{
    public string Image { get; } = image;

    public string Tag { get; } = tag;
}
