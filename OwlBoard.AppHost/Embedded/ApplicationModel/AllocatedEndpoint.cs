using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The address that an endpoint got.</summary>
internal sealed class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port)
{
    public EndpointAnnotation Endpoint { get; } = endpoint;

    public string Address { get; } = address;

    public int Port { get; } = port;

    public string UriString => string.Create(CultureInfo.InvariantCulture, $"{Endpoint.UriScheme}://{Address}:{Port}");
}
