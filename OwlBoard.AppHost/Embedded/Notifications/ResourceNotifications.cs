using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OwlBoard.AppHost.Embedded.Notifications;

/// <summary>Knows what every resource is doing, and tells those who watch.</summary>
internal sealed class ResourceNotifications(IEnumerable<ResourceSnapshot> resources)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceSnapshot> _current = resources.ToDictionary(resource => resource.Name);
    private readonly List<Channel<ResourceSnapshot>> _watchers = [];

    /// <summary>All resources as they are now, in the order of the model.</summary>
    public IReadOnlyList<ResourceSnapshot> Current
    {
        get
        {
            lock (_lock)
            {
                return [.. _current.Values];
            }
        }
    }

    public ResourceSnapshot this[string name]
    {
        get
        {
            lock (_lock)
            {
                return _current[name];
            }
        }
    }

    /// <summary>Changes a resource's snapshot; watchers are told unless nothing changed.</summary>
    public void Publish(string name, Func<ResourceSnapshot, ResourceSnapshot> change)
    {
        lock (_lock)
        {
            var before = _current[name];
            var after = change(before);
            if (after == before)
            {
                return;
            }

            _current[name] = after;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(after);
            }
        }
    }

    /// <summary>Every resource as it is now, and then each change, none left out.</summary>
    public async IAsyncEnumerable<ResourceSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Channel.CreateUnbounded<ResourceSnapshot>(new() { SingleReader = true });
        lock (_lock)
        {
            foreach (var snapshot in _current.Values)
            {
                watcher.Writer.TryWrite(snapshot);
            }

            _watchers.Add(watcher);
        }

        try
        {
            await foreach (var snapshot in watcher.Reader.ReadAllAsync(cancellationToken))
            {
                yield return snapshot;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(watcher);
            }
        }
    }

    /// <summary>Waits until the condition holds for all resources at once.</summary>
    public async Task WaitAsync(Predicate<IReadOnlyList<ResourceSnapshot>> condition, CancellationToken cancellationToken)
    {
        await foreach (var _ in WatchAsync(cancellationToken))
        {
            if (condition(Current))
            {
                return;
            }
        }
    }

    /// <summary>Waits until a resource is running and healthy.</summary>
    public Task WaitUntilReadyAsync(string name, CancellationToken cancellationToken) =>
        WaitAsync(_ => this[name].IsReady, cancellationToken);
}
