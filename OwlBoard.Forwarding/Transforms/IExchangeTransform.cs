using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>
/// What a proxy changes in requests and responses on their way. Applied by the forwarder over sockets and, as YARP
/// transforms, by YARP's own: the same changes whoever forwards. Hop-by-hop fields are the forwarders' own business.
/// </summary>
public interface IExchangeTransform
{
    /// <summary>Changes the request's head before it is sent.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="request">The one to the upstream.</param>
    public void TransformRequest(HttpContext context, UpstreamRequest request);

    /// <summary>Changes the response's head, once that of the upstream has been copied into <see cref="HttpContext.Response"/>.</summary>
    /// <param name="context">The client's request and response.</param>
    /// <returns>Whether the body is to be passed on; otherwise the response is not to be sent.</returns>
    public bool TransformResponse(HttpContext context);
}
