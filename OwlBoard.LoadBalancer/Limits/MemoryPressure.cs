namespace OwlBoard.LoadBalancer.Limits;

/// <summary>
/// Sheds load before memory runs out: from 70 % of the available memory it closes idle connections, from 80 % it refuses
/// requests, and from 88 %, or at the third check in a row from 80 %, it closes the connections of the slowest clients. It compares
/// the heap after the last collection with the memory available to the runtime: three quarters of the container's limit, or
/// <c>DOTNET_GCHeapHardLimit</c>.
/// </summary>
internal sealed class MemoryPressure(ConnectionGate gate)
{
    private const double IdleFrom = 0.70;
    private const double RefuseFrom = 0.80;
    private const double SlowFrom = 0.88;

    /// <summary>The fraction of the connections to close at a time. Their memory is free only after the next collection.</summary>
    private const double ClosedPart = 0.1;

    /// <summary>The number of consecutive checks that refuse requests before the slowest connections are closed.</summary>
    private const int MaxRefusingChecks = 2;

    private volatile bool _refusesRequests;
    private int _refusingChecks;
    private long _lastCollection;

    /// <summary>Indicates whether new requests are to be refused.</summary>
    public bool RefusesRequests => _refusesRequests;

    /// <summary>Sheds load according to the fraction of the available memory in use.</summary>
    /// <param name="used">The fraction, from 0 to 1.</param>
    /// <param name="isNew"><see langword="true"/> after a new collection of the heap; connections close only then.</param>
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

    /// <summary>Sheds load according to the memory currently in use.</summary>
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
                // With requests refused, there may be too few allocations to trigger a collection.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
            }
        }
    }
}
