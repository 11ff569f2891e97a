namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource is healthy while the registered health check of this name says so.</summary>
internal sealed class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    public string Key { get; } = key;
}
