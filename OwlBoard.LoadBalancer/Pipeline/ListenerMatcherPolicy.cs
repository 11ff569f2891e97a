using Microsoft.AspNetCore.Routing.Matching;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Keeps management endpoints off the listeners that clients use, and proxied routes off the management listener: there
/// the endpoint does not exist, so that <c>/metrics</c> on 8000 is an ordinary path of the gateways'. A branch of the
/// matcher's tree, not a selector: with one of those each request would be put in a set of candidates.
/// </summary>
internal sealed class ListenerMatcherPolicy : MatcherPolicy, INodeBuilderPolicy
{
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(endpoint => endpoint.Scope() != ListenerScope.Everywhere);

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) =>
    [
        .. from here in new[] { ListenerScope.Public, ListenerScope.Management }
           let there = endpoints.Where(endpoint => endpoint.Scope() is ListenerScope.Everywhere || endpoint.Scope() == here).ToArray()
           where there.Length > 0
           select new PolicyNodeEdge(here, there),
    ];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) => new JumpTable(
        DestinationOf(ListenerScope.Public, exitDestination, edges), DestinationOf(ListenerScope.Management, exitDestination, edges));

    private static int DestinationOf(ListenerScope scope, int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
        edges.Where(edge => scope.Equals(edge.State)).Select(edge => edge.Destination).DefaultIfEmpty(exitDestination).Single();

    private sealed class JumpTable(int @public, int management) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) =>
            Listener.Of(httpContext) == Listener.Management ? management : @public;
    }
}
