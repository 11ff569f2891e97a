using OwlBoard.LoadBalancer.Requests;
namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The connections and the concurrent HTTP/2 requests of one client.</summary>
/// <param name="network">The client (see <see cref="Requests.ClientNetwork"/>).</param>
internal sealed class ClientUsage(ulong network)
{
    private int _streams;

    /// <summary>The client.</summary>
    public ulong Network => network;

    /// <summary>The client's connections.</summary>
    public ConnectionSet Connections { get; } = new();

    /// <summary>Counts a request, unless the limit is reached.</summary>
    /// <returns><see langword="true"/> if the request was counted; call <see cref="LeaveStream"/> at its end.</returns>
    public bool TryEnterStream(int limit)
    {
        if (Interlocked.Increment(ref _streams) <= limit)
        {
            return true;
        }

        LeaveStream();
        return false;
    }

    /// <summary>Decrements the number of concurrent requests.</summary>
    public void LeaveStream() => Interlocked.Decrement(ref _streams);
}
