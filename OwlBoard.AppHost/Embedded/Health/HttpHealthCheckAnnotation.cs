using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Embedded.Health;

/// <summary>A resource is healthy while <c>GET path</c> on the endpoint answers with this status.</summary>
internal sealed class HttpHealthCheckAnnotation(EndpointReference endpoint, string path, int statusCode) : IResourceAnnotation
{
    public EndpointReference Endpoint { get; } = endpoint;

    public string Path { get; } = path;

    public int StatusCode { get; } = statusCode;
}
