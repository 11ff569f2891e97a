using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>One property of an endpoint, as a value.</summary>
internal sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider
{
    public EndpointReference Endpoint { get; } = endpoint;

    public EndpointProperty Property { get; } = property;

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var allocated = Endpoint.EndpointAnnotation.AllocatedEndpoint ?? throw new InvalidOperationException(
            $"The endpoint '{Endpoint.EndpointName}' of '{Endpoint.Resource.Name}' has no address yet.");
        return new(Property switch
        {
            EndpointProperty.Url => allocated.UriString,
            EndpointProperty.Host => allocated.Address,
            EndpointProperty.Scheme => Endpoint.EndpointAnnotation.UriScheme,
            // No proxy stands in between here: the process listens on the very port that others are told.
            _ => allocated.Port.ToString(CultureInfo.InvariantCulture),
        });
    }
}
