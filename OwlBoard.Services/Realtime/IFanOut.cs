namespace OwlBoard.Services.Realtime;

/// <summary>Brings a message to every connection that listens to a topic, on whichever replica it is.</summary>
internal interface IFanOut
{
    /// <summary>Delivers the topic's messages to a connection until the result is disposed.</summary>
    public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, SocketConnection connection);

    /// <summary>Sends a message to the topic's connections; never waits for a slow one.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="message">The message as it goes over the wire; not to be changed afterwards.</param>
    /// <param name="exceptConnection">The id of a connection that does not get it.</param>
    public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> message, string? exceptConnection = null);
}
