using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// <c>least_conn</c>: the gateway with the fewest active requests in relation to its weight; among equals each in turn,
/// in proportion to the weights. The request is counted at the moment of the pick, so that a burst does not herd onto
/// the gateway that was idle when it began. No lock, no allocation.
/// </summary>
internal sealed class LeastConnectionsPolicy(GatewayRegistry gateways, LiveOptions options) : ILoadBalancingPolicy
{
    private readonly VirtualClock _clock = new();

    public string Name => Algorithms.LeastConnections;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var slowStart = options.Current.SlowStart;
        while (true)
        {
            var now = _clock.Now;
            var best = default(Candidate);
            for (var i = 0; i < availableDestinations.Count; i++)
            {
                var candidate = Consider(gateways.Of(availableDestinations[i]), now, slowStart);
                if (best.Gateway is null || candidate.Precedes(best))
                {
                    best = candidate;
                }
            }

            if (best.Gateway is not { } gateway)
            {
                return null;
            }

            // Somebody else may have picked it since it was looked at: then look again.
            if (gateway.TryAcquire(best.Active))
            {
                gateway.TakeTurn(best.Start, best.Share);
                _clock.AdvanceTo(best.Start);
                ProxiedRequest.Of(context).Acquired(gateway);
                return gateway.Destination;
            }
        }
    }

    private static Candidate Consider(Gateway gateway, long now, TimeSpan slowStart)
    {
        var ramp = gateway.Ramp(slowStart);
        var active = gateway.Active;
        var finish = gateway.VirtualFinish;
        return new Candidate(
            gateway,
            active,
            active / gateway.Weight,
            Math.Max(now, finish),
            gateway.Weight * ramp,
            // While it starts slowly it waits for its turn even if it is the least busy: idle is what it always is then.
            MustWait: ramp < 1 && finish > now);
    }

    private readonly record struct Candidate(Gateway Gateway, int Active, double Load, long Start, double Share, bool MustWait)
    {
        public bool Precedes(in Candidate other) =>
            MustWait != other.MustWait ? other.MustWait
            : Load != other.Load ? Load < other.Load
            : Start < other.Start;
    }
}
