#pragma warning disable CS0618 // DisplayOrder is a field in Aspire 13.6 and becomes a property.

using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

internal static class LinkExtensions
{
    /// <summary>Names the link to an endpoint in the dashboard, or adds one to a path below it.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="endpoint">The name of the endpoint.</param>
    /// <param name="text">The text of the link.</param>
    /// <param name="order">The place of the link; the highest comes first.</param>
    /// <param name="path">The path of an additional link; <see langword="null"/> to name the link that the endpoint has.</param>
    public static IResourceBuilder<T> WithLink<T>(
        this IResourceBuilder<T> builder, string endpoint, string text, int order = 0, string? path = null)
        where T : IResourceWithEndpoints =>
        path is null
            ? builder.WithUrlForEndpoint(endpoint, url => (url.DisplayText, url.DisplayOrder) = (text, order))
            : builder.WithUrlForEndpoint(
                endpoint, reference => new ResourceUrlAnnotation { Url = path, Endpoint = reference, DisplayText = text, DisplayOrder = order });
}
