using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// <c>p2c</c>: two gateways drawn at random in proportion to their shares, and of these the one with fewer active
/// requests in relation to its weight (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
/// Several load balancers that know nothing of each other do not all choose the same gateway, as with the least loaded.
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
                // Who starts slowly is idle and would win each time: it is taken only when it is drawn first.
                if (otherActive / other.Weight < active / gateway.Weight && other.Ramp(slowStart) >= 1)
                {
                    (gateway, active) = (other, otherActive);
                }
            }

            // Somebody else may have picked it since it was looked at: then draw again.
            if (gateway.TryAcquire(active))
            {
                return gateway;
            }
        }
    }

    [SuppressMessage("Security", "CA5394", Justification = "Nothing depends on nobody's guessing which gateway is next.")]
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
