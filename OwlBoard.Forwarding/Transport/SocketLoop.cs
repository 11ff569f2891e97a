using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// A thread that waits for the events of many sockets and runs their operations, like a worker process of nginx. A socket
/// stays in its loop for its lifetime.
/// </summary>
/// <remarks>
/// Events are handled in batches: first all sockets are received from, then the pending operations complete, and finally
/// everything they wrote is sent. The same code, most of all the kernel's, then runs many times in a row and stays in the
/// processor's caches. With 32 busy connections this saves an eighth of the processor time. At low load it saves nothing and
/// would delay the first of two operations, so everything is sent immediately.
/// <para>Client operations complete last, and no request is sent before: the upstream connection that it would use may have
/// been closed in the same batch.</para>
/// <para>An operation that completes repeatedly within a batch is postponed to a later one (see <see cref="Permits"/>), so
/// that connections which are always ready do not monopolize the loop.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The thread disposes the epoll instance when it ends.")]
internal sealed partial class SocketLoop
{
    /// <summary>The maximum number of events in a batch: the operations of the first event delay those of the others.</summary>
    private const int MaxEvents = 64;

    /// <summary>The loop is not busy after two consecutive batches of at most this many events.</summary>
    private const int FewEvents = 4;

    /// <summary>The number of operations after which the duration of the batch is checked.</summary>
    private const int CheckInterval = 4;

    /// <summary>
    /// The maximum number of runs of an operation within a batch. A run receives at most 64 KiB, which take about 50 us to
    /// receive and send: a busy connection delays the others by 0.2 ms.
    /// </summary>
    private const int MaxRunsInBatch = 4;

    /// <summary>The maximum number of repeated runs of all operations within a batch.</summary>
    private const int MaxRepeatsInBatch = 16;

    /// <summary>
    /// The maximum number of postponed operations that run in a batch. Events come first, so that any number of busy
    /// connections delays the others by at most 1 ms per batch.
    /// </summary>
    private const int MaxResumedInBatch = 16;

    /// <summary>
    /// The time after which written data is sent before the end of the batch: other connections may be in a TLS handshake.
    /// </summary>
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>The time within which a loop's thread has to end.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    [ThreadStatic]
    private static SocketLoop? _current;

    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Epoll _epoll = new(MaxEvents);
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly List<SocketOperation> _received = new(MaxEvents);
    private readonly List<SocketOperation> _receivedOfClients = new(MaxEvents);
    private readonly List<SendOperation> _requests = new(MaxEvents);
    private readonly List<LoopWriter> _responses = new(MaxEvents);
    private readonly List<LoopSocket> _closing = [];
    private readonly Queue<SocketOperation> _postponed = new(MaxEvents);
    private LoopSocket?[] _sockets = new LoopSocket?[64];
    private int _count;
    private uint _registrations;
    private int _batch;
    private int _repeats;
    private bool _isInBatch;
    private bool _hadFew;
    private bool _isStopped;
    private long? _timestamp;
    private DateTimeOffset? _utcNow;

    public SocketLoop(int number, ILogger logger)
    {
        _logger = logger;
        _thread = new Thread(Run) { Name = $"Sockets {number}", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The loop of the current thread; <see langword="null"/> on other threads.</summary>
    public static SocketLoop? Current => _current;

    /// <summary>The time of the first call in this batch, on <see cref="TimeProvider.System"/>'s monotonic scale.</summary>
    public long Timestamp => _timestamp ??= TimeProvider.System.GetTimestamp();

    /// <summary>The time of the first call in this batch.</summary>
    public DateTimeOffset UtcNow => _utcNow ??= TimeProvider.System.GetUtcNow();

    /// <summary>Indicates whether the batch is in its receiving phase.</summary>
    public bool IsReceiving { get; private set; }

    /// <summary>Starts watching a socket.</summary>
    /// <exception cref="ObjectDisposedException">The loop has stopped.</exception>
    public void Enter(LoopSocket socket)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            if (!_free.TryPop(out var index))
            {
                index = _count++;
                if (index == _sockets.Length)
                {
                    Array.Resize(ref _sockets, index * 2);
                }
            }

            // A number that no earlier socket had at this index: events of that socket may still have to be handled.
            socket.Registration = ((ulong)++_registrations << 32) | (uint)index;
            _sockets[index] = socket;
            try
            {
                using var descriptor = new DescriptorLease(socket.Handle);
                _epoll.Watch(descriptor.Number, socket.Registration);
            }
            catch
            {
                Remove(socket);
                throw;
            }
        }
    }

    /// <summary>
    /// Closes the socket; during a batch, at its end. Until then its file descriptor is not reused, and the loop's thread may
    /// use it without a reference. No further events of the socket are handled.
    /// </summary>
    public void Close(LoopSocket socket)
    {
        lock (_lock)
        {
            Remove(socket);
            if (_isInBatch)
            {
                _closing.Add(socket);
                return;
            }
        }

        socket.Close();
    }

    /// <summary>Completes the operation after the batch has been received. Called on the loop's thread.</summary>
    public void CompleteAfterReceiving(SocketOperation operation) => (operation.IsOfClient ? _receivedOfClients : _received).Add(operation);

    /// <summary>Sends a request to an upstream with the other writes of the batch. Called on the loop's thread.</summary>
    public void SendInBatch(SendOperation request) => _requests.Add(request);

    /// <summary>Sends a response to a client with the other writes of the batch. Called on the loop's thread.</summary>
    public void SendInBatch(LoopWriter response) => _responses.Add(response);

    /// <summary>Determines whether an operation that is ready may run once more in this batch. Called on the loop's thread.</summary>
    /// <param name="lastBatch">The number of the operation's last batch.</param>
    /// <param name="runs">The number of runs in that batch.</param>
    public bool Permits(ref int lastBatch, ref int runs)
    {
        if (lastBatch != _batch)
        {
            // The first run of a batch was caused by the kernel's event.
            (lastBatch, runs) = (_batch, 1);
        }

        return ++runs <= MaxRunsInBatch && ++_repeats <= MaxRepeatsInBatch;
    }

    /// <summary>Runs an operation that is ready in a later batch. Called on the loop's thread.</summary>
    public void Postpone(SocketOperation operation) => _postponed.Enqueue(operation);

    /// <summary>Ends the thread and closes the remaining sockets.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            // The lock guarantees that the descriptor is still open.
            _epoll.Wake();
        }

        if (Current != this && !_thread.Join(StopTimeout))
        {
            // A continuation blocks the thread; the process ends without it.
            return;
        }

        foreach (var socket in _sockets)
        {
            socket?.Dispose();
        }
    }

    private void Remove(LoopSocket socket)
    {
        var index = (int)(uint)socket.Registration;
        if (_sockets[index] == socket)
        {
            _sockets[index] = null;
            _free.Push(index);
        }
    }

    private void Run()
    {
        _current = this;
        while (!Volatile.Read(ref _isStopped))
        {
            // A separate method, because the JIT compiler never replaces one that does not return.
            RunBatch();
        }

        lock (_lock)
        {
            _epoll.Dispose();
        }
    }

    private void RunBatch()
    {
        var count = _epoll.Wait(block: _postponed.Count == 0);
        lock (_lock)
        {
            _isInBatch = true;
        }

        _batch++;
        _timestamp = null;
        _utcNow = null;
        IsReceiving = true;
        _repeats = 0;
        var resumed = Math.Min(_postponed.Count, MaxResumedInBatch);
        Receive(count);
        Resume(resumed);
        IsReceiving = false;
        var hasFew = count + resumed <= FewEvents;
        Complete(gather: !hasFew || !_hadFew);
        _hadFew = hasFew;
        EndBatch();
    }

    /// <summary>Runs operations that earlier batches postponed.</summary>
    private void Resume(int count)
    {
        for (; count > 0; count--)
        {
            var operation = _postponed.Dequeue();
            try
            {
                operation.OnReady();
            }
            catch (Exception exception)
            {
                Fail(operation.Socket, exception);
            }
        }
    }

    private void Receive(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (readiness, data) = _epoll.Event(i);
            if ((uint)data < (uint)_sockets.Length && Volatile.Read(ref _sockets)[(uint)data] is { } socket && socket.Registration == data)
            {
                try
                {
                    socket.OnReady(readiness);
                }
                catch (Exception exception)
                {
                    Fail(socket, exception);
                }
            }
        }
    }

    private void EndBatch()
    {
        lock (_lock)
        {
            _isInBatch = false;
        }

        // Nothing is added to the list until the next batch.
        foreach (var socket in _closing)
        {
            socket.Close();
        }

        _closing.Clear();
    }

    /// <summary>Completes the operations that have received, and sends what their continuations write.</summary>
    /// <param name="gather">Indicates whether writes are sent at the end of the batch, if that is soon.</param>
    private void Complete(bool gather)
    {
        var sent = Timestamp;
        Complete(_received, gather, withRequests: false, ref sent);
        Complete(_receivedOfClients, gather, withRequests: true, ref sent);
        Send(withRequests: true);
    }

    private void Complete(List<SocketOperation> received, bool gather, bool withRequests, ref long sent)
    {
        for (var i = 0; i < received.Count; i++)
        {
            try
            {
                received[i].Complete();
            }
            catch (Exception exception)
            {
                Fail(received[i].Socket, exception);
            }

            if (!gather)
            {
                Send(withRequests);
            }
            else if (i % CheckInterval == CheckInterval - 1 && TimeProvider.System.GetElapsedTime(sent) > MaxDelay)
            {
                Send(withRequests);
                sent = TimeProvider.System.GetTimestamp();
            }
        }

        received.Clear();
    }

    /// <summary>Sends requests first, so that the upstreams work while the responses are sent.</summary>
    private void Send(bool withRequests)
    {
        if (withRequests)
        {
            for (var i = 0; i < _requests.Count; i++)
            {
                try
                {
                    _requests[i].SendQueued();
                }
                catch (Exception exception)
                {
                    Fail(_requests[i].Socket, exception);
                }
            }

            _requests.Clear();
        }

        for (var i = 0; i < _responses.Count; i++)
        {
            try
            {
                _responses[i].SendQueued();
            }
            catch (Exception exception)
            {
                Fail(_responses[i].Socket, exception);
            }
        }

        _responses.Clear();
    }

    /// <summary>Closes the connection of an operation that threw; the loop and its other connections are unaffected.</summary>
    private void Fail(LoopSocket? socket, Exception exception)
    {
        Log.OperationFailed(_logger, exception);
        socket?.Dispose();
    }
}
