using Microsoft.AspNetCore.Routing.Matching;

namespace OwlBoard.LoadBalancer.Listeners;

/// <summary>
/// Keeps management endpoints off the listeners that clients use, and proxied routes off the management listener: there
/// the endpoint does not exist, so that <c>/metrics</c> on 8000 is an ordinary path of the gateways'.
/// </summary>
internal sealed class ListenerMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var here = Listener.Of(httpContext) == Listener.Management ? ListenerScope.Management : ListenerScope.Public;
        for (var i = 0; i < candidates.Count; i++)
        {
            var scope = candidates[i].Endpoint.Metadata.GetMetadata<ScopeMetadata>()?.Scope ?? ListenerScope.Public;
            if (scope != ListenerScope.Everywhere && scope != here)
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>What an endpoint says of itself.</summary>
    internal sealed record ScopeMetadata(ListenerScope Scope);
}
