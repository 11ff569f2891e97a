namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Sheds load before memory runs out: from 70 % of the available memory on it closes idle connections, from 80 % on it
/// refuses requests, and from 88 % on, or if that lasts, it closes the connections of the slowest clients. What counts is the
/// heap after its last collection, in relation to what the runtime may use: three quarters of the container's limit, or
/// <c>DOTNET_GCHeapHardLimit</c>.
/// </summary>
internal sealed class MemoryPressure(ConnectionGate gate)
{
    private const double IdleFrom = 0.70;
    private const double RefuseFrom = 0.80;
    private const double SlowFrom = 0.88;

    /// <summary>The part of the connections that is closed at a time: memory is free only after the next collection.</summary>
    private const double ClosedPart = 0.1;

    /// <summary>The number of checks in a row with requests refused, after which the slowest clients make room.</summary>
    private const int MaxRefusingChecks = 2;

    private volatile bool _refusesRequests;
    private int _refusingChecks;
    private long _lastCollection;

    /// <summary>Gets whether new requests are to be refused.</summary>
    public bool RefusesRequests => _refusesRequests;

    /// <summary>Sheds by the part of the available memory that is used.</summary>
    /// <param name="used">The part, from 0 to 1.</param>
    /// <param name="isNew">Whether the heap was collected since the last call: only then closing more may be necessary.</param>
    public void Apply(double used, bool isNew)
    {
        _refusesRequests = used >= RefuseFrom;
        _refusingChecks = _refusesRequests ? _refusingChecks + 1 : 0;
        if (isNew && used >= IdleFrom)
        {
            gate.CloseIdle(ClosedPart, ShedReason.MemoryIdle);
        }

        if (isNew && (used >= SlowFrom || _refusingChecks > MaxRefusingChecks))
        {
            gate.CloseSlowest(ClosedPart, ShedReason.MemorySlow);
        }
    }

    /// <summary>Sheds by the memory that is in use now.</summary>
    public void Check()
    {
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        if (memory.TotalAvailableMemoryBytes > 0)
        {
            var isNew = memory.Index != _lastCollection;
            _lastCollection = memory.Index;
            Apply((double)memory.HeapSizeBytes / memory.TotalAvailableMemoryBytes, isNew);
            if (_refusesRequests && !isNew)
            {
                // Nothing may be allocated any more that would cause a collection.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            }
        }
    }
}
