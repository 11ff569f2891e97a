namespace OwlBoard.Services.Realtime;

/// <summary>
/// Storing and then broadcasting, one at a time within a topic: everyone sees the order in which things are stored.
/// </summary>
internal interface ITopicOrder
{
    /// <summary>Runs an action with no other of the same topic at the same time.</summary>
    public Task RunAsync(string topic, Func<Task> action, CancellationToken cancellationToken);
}
