namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of some resource; as a value, its URL.</summary>
internal sealed class EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint) : IValueProvider
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public EndpointAnnotation EndpointAnnotation { get; } = endpoint;

    public string EndpointName => EndpointAnnotation.Name;

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Property(EndpointProperty.Url).GetValueAsync(cancellationToken);
}
