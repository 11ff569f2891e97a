namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>The latest changes of gateways' states.</summary>
internal sealed class StateJournal
{
    /// <summary>The number of changes that are kept.</summary>
    public const int Capacity = 50;

    private readonly Lock _lock = new();
    private readonly Queue<GatewayStateChange> _changes = new(Capacity);

    /// <summary>The changes, the oldest first.</summary>
    public IReadOnlyList<GatewayStateChange> Changes
    {
        get
        {
            lock (_lock)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>Adds a change and drops the oldest one beyond <see cref="Capacity"/>.</summary>
    public void Add(GatewayStateChange change)
    {
        lock (_lock)
        {
            if (_changes.Count == Capacity)
            {
                _changes.Dequeue();
            }

            _changes.Enqueue(change);
        }
    }
}
