using OwlBoard.Services.Storage;
using StackExchange.Redis;

namespace OwlBoard.Services.Realtime.Redis;

/// <summary>
/// Fan-out across replicas, over one Redis channel per topic. A replica receives its own messages from Redis too, so that
/// all clients get them in one order. While Redis is unavailable it delivers to its own clients directly.
/// </summary>
internal sealed partial class RedisFanOut(
    InProcessFanOut local, RedisConnection redis, ServicesMetrics metrics, ILogger<RedisFanOut> logger) : IFanOut
{
    private const string Prefix = "owlboard:live:";

    private readonly InProcessTopicOrder _changes = new();
    private readonly Lock _access = new();
    private readonly Dictionary<string, TopicListeners> _topics = [];

    public async ValueTask<IAsyncDisposable> SubscribeAsync(string topic, SocketConnection connection)
    {
        var subscription = await local.SubscribeAsync(topic, connection);
        await _changes.RunAsync(topic, () => AddListenerAsync(topic), CancellationToken.None);
        return new Subscription(this, topic, subscription);
    }

    public async ValueTask PublishAsync(string topic, ReadOnlyMemory<byte> message, string? exceptConnection = null)
    {
        try
        {
            var listeners = await redis.Database.PublishAsync(
                Channel(topic), FanOutEnvelope.Write(message.Span, exceptConnection));
            if (listeners > 0)
            {
                return;
            }

            // No subscriber received it: there is none, or Redis has restarted and subscriptions are not restored yet.
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            metrics.DeliveredLocallyOnly();
            LogNotPublished(failure, topic);
        }

        local.Deliver(topic, message, exceptConnection);
    }

    private static RedisChannel Channel(string topic) => RedisChannel.Literal(Prefix + topic);

    private async Task AddListenerAsync(string topic)
    {
        TopicListeners listeners;
        lock (_access)
        {
            if (!_topics.TryGetValue(topic, out listeners!))
            {
                _topics[topic] = listeners = new();
            }
        }

        if (++listeners.Count > 1)
        {
            return;
        }

        try
        {
            // Fire and forget: the client registers the subscription at once and renews it whenever Redis reconnects.
            listeners.Queue = await redis.Subscriber.SubscribeAsync(Channel(topic), CommandFlags.FireAndForget);
            listeners.Queue.OnMessage(message => Deliver(topic, message.Message));
            // The reply follows the subscription on the same connection.
            await redis.Subscriber.PingAsync();
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            LogNotSubscribed(failure, topic);
        }
    }

    private async Task RemoveListenerAsync(string topic)
    {
        TopicListeners listeners;
        lock (_access)
        {
            listeners = _topics[topic];
            if (--listeners.Count > 0)
            {
                return;
            }

            _topics.Remove(topic);
        }

        try
        {
            await (listeners.Queue?.UnsubscribeAsync(CommandFlags.FireAndForget) ?? Task.CompletedTask);
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            LogNotSubscribed(failure, topic);
        }
    }

    private void Deliver(string topic, RedisValue envelope)
    {
        var (message, exceptConnection) = FanOutEnvelope.Read((byte[])envelope!);
        local.Deliver(topic, message, exceptConnection);
    }

    [LoggerMessage(1, LogLevel.Debug, "An event of {Topic} reached the clients of this replica only.")]
    private partial void LogNotPublished(Exception failure, string topic);

    [LoggerMessage(2, LogLevel.Debug, "The subscription of {Topic} is delayed until Redis is available.")]
    private partial void LogNotSubscribed(Exception failure, string topic);

    /// <summary>The number of this replica's connections that listen to a topic, and its subscription.</summary>
    private sealed class TopicListeners
    {
        public int Count { get; set; }

        public ChannelMessageQueue? Queue { get; set; }
    }

    private sealed class Subscription(RedisFanOut fanOut, string topic, IAsyncDisposable local) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await local.DisposeAsync();
            await fanOut._changes.RunAsync(topic, () => fanOut.RemoveListenerAsync(topic), CancellationToken.None);
        }
    }
}
