namespace Aspire.Hosting.ApplicationModel;

/// <summary>The environment variables of one resource while they are being collected.</summary>
internal sealed class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>Values are strings or <see cref="IValueProvider"/>s.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = [];

    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public IResource Resource { get; } = resource;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}
