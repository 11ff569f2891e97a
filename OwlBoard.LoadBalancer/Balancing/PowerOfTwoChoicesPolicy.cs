using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// The <c>p2c</c> policy: draws two gateways at random in proportion to their shares and picks the one with fewer active
/// requests per weight (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001). Unlike with
/// <c>least_conn</c>, independent load balancers do not all pick the same gateway.
/// </summary>
internal sealed class PowerOfTwoChoicesPolicy(GatewayRegistry gateways, IOptionsMonitor<BalancingOptions> options) : GatewayPolicy(gateways, options)
{
    public override string Name => Algorithms.PowerOfTwoChoices;

    protected override Gateway Pick(HttpContext context, ReadOnlySpan<Gateway> available)
    {
        var slowStart = Options.SlowStart;
        while (true)
        {
            var gateway = Draw(available, slowStart, except: null);
            var active = gateway.Active;
            if (available.Length > 1)
            {
                var other = Draw(available, slowStart, except: gateway);
                var otherActive = other.Active;
                // A gateway in slow start is nearly idle and would win every comparison: it is picked only if drawn first.
                if (otherActive / other.Weight < active / gateway.Weight && other.Ramp(slowStart) >= 1)
                {
                    (gateway, active) = (other, otherActive);
                }
            }

            // Draw again if a concurrent request changed the count.
            if (gateway.TryAcquire(active))
            {
                return gateway;
            }
        }
    }

    [SuppressMessage("Security", "CA5394", Justification = "Load balancing needs no unpredictable random numbers.")]
    private static Gateway Draw(ReadOnlySpan<Gateway> available, TimeSpan slowStart, Gateway? except)
    {
        var total = 0.0;
        foreach (var gateway in available)
        {
            total += ShareOf(gateway);
        }

        var point = Random.Shared.NextDouble() * total;
        var last = default(Gateway);
        foreach (var gateway in available)
        {
            var share = ShareOf(gateway);
            if (share == 0)
            {
                continue;
            }

            last = gateway;
            if (point < share)
            {
                break;
            }

            point -= share;
        }

        return last!;

        double ShareOf(Gateway gateway) => gateway == except ? 0 : gateway.Weight * gateway.Ramp(slowStart);
    }
}
