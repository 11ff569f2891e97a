namespace OwlBoard.Services.Storage;

/// <summary>
/// Serializes storing and publishing per topic, so that all clients receive events in the order in which they are stored.
/// </summary>
internal interface ITopicOrder
{
    /// <summary>Runs an action, one at a time per topic.</summary>
    public Task RunAsync(string topic, Func<Task> action, CancellationToken cancellationToken);
}
