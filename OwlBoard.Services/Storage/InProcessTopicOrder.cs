namespace OwlBoard.Services.Storage;

/// <summary>
/// Order within one process, by a fixed number of locks that topics share by their hash.
/// </summary>
/// <param name="locks">The maximum number of concurrent actions.</param>
internal sealed class InProcessTopicOrder(int locks = InProcessTopicOrder.DefaultLocks) : ITopicOrder
{
    public const int DefaultLocks = 64;

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, locks).Select(_ => new SemaphoreSlim(1, 1))];

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
