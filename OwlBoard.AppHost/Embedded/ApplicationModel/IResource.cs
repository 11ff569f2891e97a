namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application. What is known about it, beside the name, is in its annotations.</summary>
internal interface IResource
{
    public string Name { get; }

    public ResourceAnnotationCollection Annotations { get; }
}
