using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>A gateway's next turn, as it was when a picker looked.</summary>
/// <param name="Gateway">Whose turn it is.</param>
/// <param name="Active">Its active requests.</param>
/// <param name="Finish">The virtual time at which its last turn is over.</param>
/// <param name="Now">The virtual time.</param>
/// <param name="Ramp">How much of its weight it gets: less than 1 while it starts slowly.</param>
internal readonly record struct Turn(Gateway Gateway, int Active, long Finish, long Now, double Ramp)
{
    /// <summary>The virtual time at which this turn begins.</summary>
    public long Start => Math.Max(Now, Finish);

    /// <summary>Its active requests in relation to its weight.</summary>
    public double Load => Active / Gateway.Weight;

    /// <summary>Its share in relation to the others'.</summary>
    public double Share => Gateway.Weight * Ramp;

    /// <summary>
    /// Whether it starts slowly and its turn has not come: then it waits even if it is the least busy, for idle is what
    /// it always is then.
    /// </summary>
    public bool MustWait => Ramp < 1 && Finish > Now;

    public static Turn Of(Gateway gateway, long now, TimeSpan slowStart) =>
        new(gateway, gateway.Active, gateway.VirtualFinish, now, gateway.Ramp(slowStart));
}
