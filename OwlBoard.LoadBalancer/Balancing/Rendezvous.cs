using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// Weighted rendezvous hashing (Thaler and Ravishankar, 1998; weights by the logarithmic method of Schindelhauer and
/// Schomaker, 2005): each gateway bids for a key and the highest bid wins. Keys are distributed in proportion to the
/// shares, and removing a gateway moves only its own keys.
/// </summary>
internal static class Rendezvous
{
    /// <summary>Returns the gateway's bid for the key.</summary>
    /// <param name="key">The key's <see cref="StableHash"/>.</param>
    /// <param name="gateway">The gateway, identified by name: its address may differ between load balancers.</param>
    /// <param name="share">The gateway's share relative to the other gateways.</param>
    public static double Bid(ulong key, Gateway gateway, double share) =>
        share / -Math.Log(StableHash.ToFraction(StableHash.Join(key, gateway.NameHash)));
}
