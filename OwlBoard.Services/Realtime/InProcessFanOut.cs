using System.Collections.Immutable;

namespace OwlBoard.Services.Realtime;

/// <summary>Fan-out within one process.</summary>
internal sealed class InProcessFanOut : IFanOut
{
    private readonly Lock _change = new();
    private ImmutableDictionary<string, ImmutableArray<SocketConnection>> _topics =
        ImmutableDictionary<string, ImmutableArray<SocketConnection>>.Empty;

    public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, SocketConnection connection)
    {
        lock (_change)
        {
            var listeners = _topics.GetValueOrDefault(topic, []);
            _topics = _topics.SetItem(topic, listeners.Add(connection));
        }

        return ValueTask.FromResult<IAsyncDisposable>(new Subscription(this, topic, connection));
    }

    public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> message, string? exceptConnection = null)
    {
        Deliver(topic, message, exceptConnection);
        return ValueTask.CompletedTask;
    }

    public void Deliver(string topic, ReadOnlyMemory<byte> message, string? exceptConnection)
    {
        foreach (var connection in _topics.GetValueOrDefault(topic, []))
        {
            if (connection.Id != exceptConnection)
            {
                connection.Send(message);
            }
        }
    }

    private void Unsubscribe(string topic, SocketConnection connection)
    {
        lock (_change)
        {
            var remaining = _topics.GetValueOrDefault(topic, []).Remove(connection);
            _topics = remaining.IsEmpty ? _topics.Remove(topic) : _topics.SetItem(topic, remaining);
        }
    }

    private sealed class Subscription(InProcessFanOut fanOut, string topic, SocketConnection connection) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            fanOut.Unsubscribe(topic, connection);
            return ValueTask.CompletedTask;
        }
    }
}
