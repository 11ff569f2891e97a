namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds environment variables when the resource is started or published; run in the order they were added.</summary>
internal sealed class EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback) : IResourceAnnotation
{
    public Action<EnvironmentCallbackContext> Callback { get; } = callback;
}
