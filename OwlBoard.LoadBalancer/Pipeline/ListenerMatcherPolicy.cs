using Microsoft.AspNetCore.Routing.Matching;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Restricts each endpoint to the listeners of its <see cref="ListenerScope"/>. On other listeners it does not exist, so
/// <c>/metrics</c> on port 8000 is forwarded to the gateways. A node builder rather than an endpoint selector: a selector would
/// need a candidate set for each request.
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
