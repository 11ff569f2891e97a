using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Tells the endpoints that the proxy forwards from those that the program answers itself.</summary>
public static class ProxiedEndpointExtensions
{
    /// <summary>Whether what comes to the endpoint is forwarded.</summary>
    /// <param name="endpoint">The endpoint; <see langword="null"/> where there is none.</param>
    /// <returns>Whether it is one of YARP's routes.</returns>
    public static bool IsProxied(this Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<RouteModel>() is not null;
}
