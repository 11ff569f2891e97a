namespace OwlBoard.Services.Realtime;

/// <summary>Delivers messages to all connections subscribed to a topic, on any replica.</summary>
internal interface IFanOut
{
    /// <summary>Subscribes a connection to a topic until the result is disposed.</summary>
    public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, SocketConnection connection);

    /// <summary>Publishes a message to the topic's connections without waiting for slow ones.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="message">The serialized message, which must not be changed afterwards.</param>
    /// <param name="exceptConnection">The id of a connection that is skipped.</param>
    public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> message, string? exceptConnection = null);
}
