namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is given when the application is deployed: a password, an image.</summary>
internal sealed class ParameterResource(string name, bool secret) : Resource(name), IValueProvider
{
    public bool Secret { get; } = secret;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        throw new DistributedApplicationException($"The parameter '{Name}' has no value in a local run.");
}
