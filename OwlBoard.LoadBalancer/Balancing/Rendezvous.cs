using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Balancing;

/// <summary>
/// Weighted rendezvous hashing (Thaler and Ravishankar, 1998; weights by the logarithmic method of Schindelhauer and
/// Schomaker, 2005): each gateway bids for a key and the highest bid has it. Keys fall to gateways in proportion to
/// their shares, and one that leaves gives up its own keys and moves no other.
/// </summary>
internal static class Rendezvous
{
    /// <summary>What the gateway bids for the key.</summary>
    /// <param name="key">The key's <see cref="StableHash"/>.</param>
    /// <param name="gateway">The gateway; its name decides, not its address, which another load balancer may see differently.</param>
    /// <param name="share">Its share in relation to the others'.</param>
    public static double Bid(ulong key, Gateway gateway, double share) =>
        share / -Math.Log(StableHash.ToFraction(StableHash.Join(key, gateway.NameHash)));
}
