using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>
/// Limits concurrent password hashing, which occupies a processor for a tenth of a second. One processor is left to other
/// requests. A client hashes one password at a time and has a short queue of its own, so a client that floods the service
/// delays another by at most one hash. A full queue refuses immediately.
/// </summary>
internal sealed class PasswordQueue : IDisposable
{
    /// <summary>
    /// The number of queues. Clients are mapped to them by the hash of their address, which differs between processes.
    /// </summary>
    private const int Slots = 4096;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<ClientNetwork> _turns;

    public PasswordQueue(IOptions<PasswordOptions> options) => _turns = PartitionedRateLimiter.CreateChained(
        Create(static client => client.GetHashCode() & (Slots - 1), atOnce: 1, options.Value.QueuePerClient),
        Create(static _ => 0, atOnce: Math.Max(1, Environment.ProcessorCount - 1), options.Value.Queue));

    /// <summary>Waits for a turn, which is held until the result is disposed.</summary>
    /// <exception cref="ApiException">A queue is full.</exception>
    public async ValueTask<RateLimitLease> EnterAsync(ClientNetwork client, CancellationToken cancellationToken)
    {
        var turn = await _turns.AcquireAsync(client, permitCount: 1, cancellationToken);
        if (turn.IsAcquired)
        {
            return turn;
        }

        turn.Dispose();
        throw ApiException.TooManyRequests("Too many concurrent logins and registrations; try again in a moment", RetryAfter);
    }

    public void Dispose() => _turns.Dispose();

    private static PartitionedRateLimiter<ClientNetwork> Create(Func<ClientNetwork, int> slot, int atOnce, int queue) =>
        PartitionedRateLimiter.Create<ClientNetwork, int>(client => RateLimitPartition.GetConcurrencyLimiter(
            slot(client), _ => new() { PermitLimit = atOnce, QueueLimit = queue }));
}
