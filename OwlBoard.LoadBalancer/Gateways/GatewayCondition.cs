using System.Diagnostics.CodeAnalysis;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// The health of a gateway: the results of probes and requests, and the state derived from them. Only the health checks
/// write it, under <see cref="Lock"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing that needs disposal.")]
internal sealed class GatewayCondition
{
    private volatile GatewayState _state = GatewayState.Healthy;
    private CancellationTokenSource _dead = new();

    /// <summary>The lock that guards all writes.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The state derived from all other properties.</summary>
    public GatewayState State => _state;

    /// <summary>The time of the last change of state; <see langword="null"/> before the first one.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>The reason of the last change of state.</summary>
    public string Reason { get; private set; } = "not probed yet";

    /// <summary>
    /// A token that is cancelled when probes fail and another gateway is healthy, so that requests without a response head
    /// move to the healthy one.
    /// </summary>
    public CancellationToken Dead => Volatile.Read(ref _dead).Token;

    /// <summary>The state according to the last probes.</summary>
    public GatewayState Probed { get; set; } = GatewayState.Healthy;

    /// <summary>A value that indicates whether an operator drained the gateway.</summary>
    public bool IsDrained { get; set; }

    /// <summary>
    /// The times of the recent returns to rotation, oldest first; see <c>LoadBalancer:ActiveHealth:FlapWindow</c>.
    /// </summary>
    public Queue<long> Returns { get; } = new();

    /// <summary>The result of the last probe.</summary>
    public ProbeResult? LastProbe { get; set; }

    /// <summary>The number of consecutive failed probes.</summary>
    public int Misses { get; set; }

    /// <summary>The number of consecutive successful probes.</summary>
    public int Successes { get; set; }

    /// <summary>The times of the recent failures, oldest first.</summary>
    public Queue<long> Failures { get; } = new();

    /// <summary>The timer that ends the ejection; <see langword="null"/> while the gateway is not ejected.</summary>
    public ITimer? Ejection { get; set; }

    public void Change(GatewayState state, string reason, DateTimeOffset now)
    {
        _state = state;
        Reason = reason;
        Since = now;
    }

    /// <summary>Replaces <see cref="Dead"/> with a new token for later requests.</summary>
    /// <returns>The source of the replaced token, which the caller cancels.</returns>
    public CancellationTokenSource ResetDead() => Interlocked.Exchange(ref _dead, new CancellationTokenSource());
}
