using OwlBoard.LoadBalancer.Requests;
namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The connections of one client, and its requests over HTTP/2.</summary>
/// <param name="network">The client (see <see cref="Requests.ClientNetwork"/>).</param>
internal sealed class ClientUsage(ulong network)
{
    private int _streams;

    /// <summary>Gets the client.</summary>
    public ulong Network => network;

    /// <summary>Gets the client's connections.</summary>
    public ConnectionSet Connections { get; } = new();

    /// <summary>Counts one more request unless there are as many as the limit.</summary>
    /// <returns>Whether it was counted; then <see cref="LeaveStream"/> has to follow.</returns>
    public bool TryEnterStream(int limit)
    {
        if (Interlocked.Increment(ref _streams) <= limit)
        {
            return true;
        }

        LeaveStream();
        return false;
    }

    /// <summary>Counts one request less.</summary>
    public void LeaveStream() => Interlocked.Decrement(ref _streams);
}
