namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource does not start before another one is ready.</summary>
internal sealed class WaitAnnotation(IResource resource, WaitType waitType) : IResourceAnnotation
{
    public IResource Resource { get; } = resource;

    public WaitType WaitType { get; } = waitType;
}
