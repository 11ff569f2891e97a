namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>A journal of the latest changes of gateways' states.</summary>
internal sealed class StateJournal
{
    /// <summary>The maximum number of changes in the journal.</summary>
    public const int Capacity = 50;

    private readonly Lock _lock = new();
    private readonly Queue<GatewayStateChange> _changes = new(Capacity);

    /// <summary>The changes, oldest first.</summary>
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

    /// <summary>Adds a change and removes the oldest one beyond <see cref="Capacity"/>.</summary>
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
