using OwlBoard.Forwarding.Http1;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>Extension methods that remove hop-by-hop fields.</summary>
internal static class HopFieldTransform
{
    /// <summary>
    /// Removes the fields that <c>Connection</c> names, which belong to the client's hop alone (RFC 9110 section 7.6.1); YARP
    /// removes only the well-known ones. The fields that a forwarder writes itself are kept even if the client names them.
    /// </summary>
    /// <param name="context">The transforms of a route.</param>
    public static void AddHopFieldRemoval(this TransformBuilderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.AddRequestTransform(static request =>
        {
            var connection = request.HttpContext.Request.Headers.Connection;
            foreach (var name in connection.SelectMany(line => line?.Split(',', StringSplitOptions.TrimEntries) ?? []))
            {
                if (name.Length > 0 && !HopFields.OfRequests.Contains(name))
                {
                    RequestTransform.RemoveHeader(request, name);
                }
            }

            return default;
        });
    }
}
