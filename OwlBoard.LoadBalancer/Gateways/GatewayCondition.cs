using System.Diagnostics.CodeAnalysis;

namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>
/// A gateway's health: what probes say, what requests say, and the state that follows. Written only by
/// the health checks, under <see cref="Lock"/>.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing that needs disposal.")]
internal sealed class GatewayCondition
{
    private volatile GatewayState _state = GatewayState.Healthy;
    private CancellationTokenSource _dead = new();

    /// <summary>Guards every change.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The state that follows from all the rest.</summary>
    public GatewayState State => _state;

    /// <summary>Since when; <see langword="null"/> before the first change.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Why.</summary>
    public string Reason { get; private set; } = "not probed yet";

    /// <summary>Cancelled when probes have declared the gateway dead and another one is healthy: requests that wait for a response head move there.</summary>
    public CancellationToken Dead => Volatile.Read(ref _dead).Token;

    /// <summary>What the last probes said.</summary>
    public GatewayState Probed { get; set; } = GatewayState.Healthy;

    /// <summary>Whether an operator took it out.</summary>
    public bool IsDrained { get; set; }

    /// <summary>When it came back lately, oldest first; see <c>LoadBalancer:ActiveHealth:FlapWindow</c>.</summary>
    public Queue<long> Returns { get; } = new();

    /// <summary>What the last probe saw.</summary>
    public ProbeResult? LastProbe { get; set; }

    /// <summary>Probes missed in a row.</summary>
    public int Misses { get; set; }

    /// <summary>Probes answered in a row.</summary>
    public int Successes { get; set; }

    /// <summary>When its last failures were, oldest first.</summary>
    public Queue<long> Failures { get; } = new();

    /// <summary>Brings it back from ejection; <see langword="null"/> while it is not ejected.</summary>
    public ITimer? Ejection { get; set; }

    public void Change(GatewayState state, string reason, DateTimeOffset now)
    {
        _state = state;
        Reason = reason;
        Since = now;
    }

    /// <summary>Lets later requests wait on a new <see cref="Dead"/>.</summary>
    /// <returns>The source of the one so far, to be cancelled.</returns>
    public CancellationTokenSource Die() => Interlocked.Exchange(ref _dead, new CancellationTokenSource());
}
