using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>A snapshot of a gateway's next turn.</summary>
/// <param name="Gateway">The gateway.</param>
/// <param name="Active">The number of active requests.</param>
/// <param name="Finish">The virtual time at which the last turn ends.</param>
/// <param name="Now">The current virtual time.</param>
/// <param name="Ramp">The fraction of the weight in effect: less than 1 during the slow start.</param>
internal readonly record struct Turn(Gateway Gateway, int Active, long Finish, long Now, double Ramp)
{
    /// <summary>The virtual time at which this turn begins.</summary>
    public long Start => Math.Max(Now, Finish);

    /// <summary>The number of active requests per weight.</summary>
    public double Load => Active / Gateway.Weight;

    /// <summary>The gateway's share relative to the other gateways.</summary>
    public double Share => Gateway.Weight * Ramp;

    /// <summary>
    /// A value that indicates whether the gateway is in slow start and its turn has not come. It then waits even if it has
    /// the lowest load, since a gateway in slow start is nearly always idle.
    /// </summary>
    public bool MustWait => Ramp < 1 && Finish > Now;

    public static Turn Of(Gateway gateway, long now, TimeSpan slowStart) =>
        new(gateway, gateway.Active, gateway.VirtualFinish, now, gateway.Ramp(slowStart));
}
