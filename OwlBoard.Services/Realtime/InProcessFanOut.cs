using System.Collections.Immutable;

namespace OwlBoard.Services.Realtime;

/// <summary>Fan-out within one process.</summary>
internal sealed class InProcessFanOut : IFanOut
{
    private readonly Lock _change = new();
    private ImmutableDictionary<string, ImmutableArray<SocketConnection>> _topics =
        ImmutableDictionary<string, ImmutableArray<SocketConnection>>.Empty;

    public IDisposable Subscribe(string topic, SocketConnection connection)
    {
        lock (_change)
        {
            var listeners = _topics.GetValueOrDefault(topic, []);
            _topics = _topics.SetItem(topic, listeners.Add(connection));
        }

        return new Subscription(this, topic, connection);
    }

    public ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> message, string? exceptConnection = null)
    {
        foreach (var connection in _topics.GetValueOrDefault(topic, []))
        {
            if (connection.Id != exceptConnection)
            {
                connection.Send(message);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Unsubscribe(string topic, SocketConnection connection)
    {
        lock (_change)
        {
            var remaining = _topics.GetValueOrDefault(topic, []).Remove(connection);
            _topics = remaining.IsEmpty ? _topics.Remove(topic) : _topics.SetItem(topic, remaining);
        }
    }

    private sealed class Subscription(InProcessFanOut fanOut, string topic, SocketConnection connection) : IDisposable
    {
        public void Dispose() => fanOut.Unsubscribe(topic, connection);
    }
}
