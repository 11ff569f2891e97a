namespace OwlBoard.Tests.Services;

/// <summary>Two replicas of a service that share their stores.</summary>
internal sealed class TwoReplicas : IAsyncDisposable
{
    private TwoReplicas(RunningService first, RunningService second)
    {
        First = first;
        Second = second;
    }

    public RunningService First { get; }

    public RunningService Second { get; }

    public IReadOnlyList<RunningService> Both => [First, Second];

    public static async Task<TwoReplicas> StartAsync(string service, params string[] settings)
    {
        // The last of equal settings wins.
        string[] store = [.. await new SharedStore().CreateAsync(), .. settings];
        var replicas = new TwoReplicas(new ReplicaOf(service, store), new ReplicaOf(service, store));
        await Task.WhenAll(replicas.Both.Select(replica => replica.InitializeAsync().AsTask()));
        return replicas;
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    private sealed class ReplicaOf(string service, string[] store) : RunningService(service, new ExistingStore(store));
}
