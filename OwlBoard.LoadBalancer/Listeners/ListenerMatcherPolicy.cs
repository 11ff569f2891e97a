using Microsoft.AspNetCore.Routing.Matching;

namespace OwlBoard.LoadBalancer.Listeners;

/// <summary>
/// Keeps management endpoints off the listeners that clients use, and proxied routes off the management listener: there
/// the endpoint does not exist, so that <c>/metrics</c> on 8000 is an ordinary path of the gateways'. A branch of the
/// matcher's tree, not a selector: with one of those each request would be put in a set of candidates.
/// </summary>
internal sealed class ListenerMatcherPolicy : MatcherPolicy, INodeBuilderPolicy
{
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => ScopeOf(endpoint) != ListenerScope.Everywhere);

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
    [
        .. from here in new[] { ListenerScope.Public, ListenerScope.Management }
           let there = endpoints.Where(endpoint => ScopeOf(endpoint) is ListenerScope.Everywhere || ScopeOf(endpoint) == here).ToArray()
           where there.Length > 0
           select new PolicyNodeEdge(here, there),
    ];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) => new JumpTable(
        DestinationOf(ListenerScope.Public, exitDestination, edges), DestinationOf(ListenerScope.Management, exitDestination, edges));

    public static ListenerScope ScopeOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ScopeMetadata>()?.Scope ?? ListenerScope.Public;

    private static int DestinationOf(ListenerScope scope, int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
        edges.Where(edge => scope.Equals(edge.State)).Select(edge => edge.Destination).DefaultIfEmpty(exitDestination).Single();

    /// <summary>What an endpoint says of itself.</summary>
    internal sealed record ScopeMetadata(ListenerScope Scope);

    private sealed class JumpTable(int @public, int management) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) =>
            Listener.Of(httpContext) == Listener.Management ? management : @public;
    }
}
