namespace OwlBoard.LoadBalancer.Requests;

internal static class ListenerExtensions
{
    /// <summary>Maps the endpoints to the listeners of a scope.</summary>
    public static TBuilder On<TBuilder>(this TBuilder endpoints, ListenerScope scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new ListenerScopeMetadata(scope));

    /// <summary>Returns the scope of an endpoint. Default: <see cref="ListenerScope.Public"/>.</summary>
    public static ListenerScope Scope(this Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ListenerScopeMetadata>()?.Scope ?? ListenerScope.Public;

    private sealed record ListenerScopeMetadata(ListenerScope Scope);
}
