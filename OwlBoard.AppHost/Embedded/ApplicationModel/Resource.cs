namespace Aspire.Hosting.ApplicationModel;

internal abstract class Resource(string name) : IResource
{
    public string Name { get; } = name;

    public ResourceAnnotationCollection Annotations { get; } = [];
}
