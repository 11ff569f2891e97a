namespace OwlBoard.Services.Realtime;

/// <summary>
/// Storing and then broadcasting, one at a time within a topic: everyone sees the order in which things are stored.
/// A fixed number of locks, shared by the topics that fall on the same one.
/// </summary>
internal sealed class TopicOrder
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public async Task RunAsync(string topic, Func<Task> action, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)topic.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            await action();
        }
        finally
        {
            turn.Release();
        }
    }
}
