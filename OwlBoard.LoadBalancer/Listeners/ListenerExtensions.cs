namespace OwlBoard.LoadBalancer.Listeners;

internal static class ListenerExtensions
{
    /// <summary>Says on which listeners the endpoints answer.</summary>
    public static TBuilder On<TBuilder>(this TBuilder endpoints, ListenerScope scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new ListenerMatcherPolicy.ScopeMetadata(scope));
}
