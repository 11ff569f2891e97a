using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>
/// A change to requests and responses. The socket forwarder applies it directly, YARP's forwarder as YARP transforms, so the
/// changes are the same with both. Hop-by-hop fields are handled by the forwarders.
/// </summary>
public interface IExchangeTransform
{
    /// <summary>Changes the request head before it is sent.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="request">The upstream request.</param>
    public void TransformRequest(HttpContext context, UpstreamRequest request);

    /// <summary>Changes the response head after it has been copied into <see cref="HttpContext.Response"/>.</summary>
    /// <param name="context">The client's request and response.</param>
    public void TransformResponse(HttpContext context);
}
