using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Extension methods that distinguish proxied endpoints from those that the program handles itself.</summary>
public static class ProxiedEndpointExtensions
{
    /// <summary>Returns a value that indicates whether requests for the endpoint are forwarded.</summary>
    /// <param name="endpoint">The endpoint; <see langword="null"/> if no endpoint matched.</param>
    /// <returns><see langword="true"/> if the endpoint is one of YARP's routes; otherwise, <see langword="false"/>.</returns>
    public static bool IsProxied(this Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<RouteModel>() is not null;
}
