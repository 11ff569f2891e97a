using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>
/// The turns to hash a password, which keeps a processor busy for a tenth of a second. One processor is left to the other
/// requests. A client has one turn at a time and a short queue of its own, so that a client that floods it makes no other wait
/// for more than one hash. Beyond the queues a request is refused at once.
/// </summary>
internal sealed class PasswordQueue : IDisposable
{
    /// <summary>
    /// Clients are told apart by the hash of their address, which differs from process to process: the number of queues is bounded.
    /// </summary>
    private const int Slots = 4096;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<ClientNetwork> _turns;

    public PasswordQueue(IOptions<PasswordOptions> options) => _turns = PartitionedRateLimiter.CreateChained(
        Create(static client => client.GetHashCode() & (Slots - 1), atOnce: 1, options.Value.QueuePerClient),
        Create(static _ => 0, atOnce: Math.Max(1, Environment.ProcessorCount - 1), options.Value.Queue));

    /// <summary>Waits for a turn, which lasts until the result is disposed.</summary>
    /// <exception cref="ApiException">The queue is full.</exception>
    public async ValueTask<RateLimitLease> EnterAsync(ClientNetwork client, CancellationToken cancellationToken)
    {
        var turn = await _turns.AcquireAsync(client, permitCount: 1, cancellationToken);
        if (turn.IsAcquired)
        {
            return turn;
        }

        turn.Dispose();
        throw ApiException.TooManyRequests("Too many logins and registrations at once: try again in a moment", RetryAfter);
    }

    public void Dispose() => _turns.Dispose();

    private static PartitionedRateLimiter<ClientNetwork> Create(Func<ClientNetwork, int> slot, int atOnce, int queue) =>
        PartitionedRateLimiter.Create<ClientNetwork, int>(client => RateLimitPartition.GetConcurrencyLimiter(
            slot(client), _ => new() { PermitLimit = atOnce, QueueLimit = queue }));
}
