namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// A thread that waits for the events of many sockets and runs what waits for them, as a worker process of nginx does. One
/// for each processor; a socket stays with one for its lifetime.
/// </summary>
/// <remarks>
/// Events are taken in batches. First everything is received, then whoever waited for it goes on, and at the end everything
/// is sent that this led to: the same code runs many times in a row, the kernel's above all, and is in the processor's
/// caches. With 32 busy connections this saves an eighth of the processor time. While little happens it saves nothing, and
/// the first of two would wait for the second: then all is sent at once.
/// <para>Clients go on last, and no request is sent before: of the connection that it would take, the end may have been received.</para>
/// </remarks>
internal sealed class SocketLoop
{
    /// <summary>The most events in a batch: what the first leads to waits for the others.</summary>
    private const int EventsAtOnce = 64;

    /// <summary>Batches of at most so many events, one after the other, are what a loop has that is not busy.</summary>
    private const int FewEvents = 4;

    /// <summary>After so many operations it is looked whether the batch takes too long.</summary>
    private const int LooksEvery = 4;

    /// <summary>What is ready is sent before the batch's end if that does not come soon: others may be shaking hands over TLS.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(1);

    private static readonly SocketLoop[] Loops = [.. Enumerable.Range(1, Environment.ProcessorCount).Select(number => new SocketLoop(number))];

    private static int _next;

    [ThreadStatic]
    private static SocketLoop? _current;

    private readonly Epoll _epoll = new(EventsAtOnce);
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly List<SocketOperation> _received = new(EventsAtOnce);
    private readonly List<SocketOperation> _receivedOfClients = new(EventsAtOnce);
    private readonly List<SendOperation> _requests = new(EventsAtOnce);
    private readonly List<LoopWriter> _answers = new(EventsAtOnce);
    private readonly List<LoopSocket> _closing = [];
    private LoopSocket?[] _sockets = new LoopSocket?[64];
    private int _count;
    private uint _registrations;
    private bool _isInBatch;
    private bool _hadFew;
    private long? _timestamp;
    private DateTimeOffset? _utcNow;

    private SocketLoop(int number) => new Thread(Run) { Name = $"Sockets {number}", IsBackground = true }.Start();

    /// <summary>Whether there are loops on this system.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The loop whose thread this is; it is in a batch.</summary>
    public static SocketLoop? Current => _current;

    /// <summary>When somebody first asked in this batch, on <see cref="TimeProvider.System"/>'s monotonic scale.</summary>
    public long Timestamp => _timestamp ??= TimeProvider.System.GetTimestamp();

    /// <summary>The same as a time of day.</summary>
    public DateTimeOffset UtcNow => _utcNow ??= TimeProvider.System.GetUtcNow();

    /// <summary>Whether its batch is still being received.</summary>
    public bool IsReceiving { get; private set; }

    /// <summary>Gives the socket to a loop, each in turn.</summary>
    /// <param name="socket">The socket, not connected yet or just accepted.</param>
    public static SocketLoop Add(LoopSocket socket)
    {
        var loop = Loops[(uint)Interlocked.Increment(ref _next) % (uint)Loops.Length];
        loop.Enter(socket);
        return loop;
    }

    /// <summary>
    /// Closes the socket, at the end of the batch if there is one: until then nobody else gets its file descriptor, and the
    /// loop's thread may use that without holding it. No event of its reaches it any more, nor whoever gets the descriptor next.
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

    /// <summary>Lets who waits for the operation go on once the batch has been received. On the loop's thread.</summary>
    public void TellAfterReceiving(SocketOperation operation) => (operation.IsOfClient ? _receivedOfClients : _received).Add(operation);

    /// <summary>Sends a request to an upstream with what else the batch sends. On the loop's thread.</summary>
    public void SendInBatch(SendOperation request) => _requests.Add(request);

    /// <summary>Sends an answer to a client with what else the batch sends. On the loop's thread.</summary>
    public void SendInBatch(LoopWriter answer) => _answers.Add(answer);

    private void Enter(LoopSocket socket)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out var index))
            {
                index = _count++;
                if (index == _sockets.Length)
                {
                    Array.Resize(ref _sockets, index * 2);
                }
            }

            // A number that no socket had before at this index, among events that are still to be handled.
            socket.Registration = ((ulong)++_registrations << 32) | (uint)index;
            _sockets[index] = socket;
        }

        try
        {
            using var descriptor = new HeldDescriptor(socket.Handle);
            _epoll.Watch(descriptor.Number, socket.Registration);
        }
        catch
        {
            lock (_lock)
            {
                Remove(socket);
            }

            throw;
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
        while (true)
        {
            // A method of its own: one that is never left is not compiled again by what was learned of it.
            RunBatch();
        }
    }

    private void RunBatch()
    {
        var count = _epoll.Wait();
        lock (_lock)
        {
            _isInBatch = true;
        }

        _timestamp = null;
        _utcNow = null;
        IsReceiving = true;
        for (var i = 0; i < count; i++)
        {
            var (readiness, data) = _epoll.Event(i);
            if (Volatile.Read(ref _sockets)[(uint)data] is { } socket && socket.Registration == data)
            {
                socket.OnReady(readiness);
            }
        }

        IsReceiving = false;
        var hasFew = count <= FewEvents;
        Tell(gather: !hasFew || !_hadFew);
        _hadFew = hasFew;
        EndBatch();
    }

    private void EndBatch()
    {
        lock (_lock)
        {
            _isInBatch = false;
        }

        // Nothing is added to it any more until the next one.
        foreach (var socket in _closing)
        {
            socket.Close();
        }

        _closing.Clear();
    }

    /// <summary>Lets go on whoever waited for what was received, and sends what this leads to.</summary>
    /// <param name="gather">Whether it is sent at the end, if that comes soon.</param>
    private void Tell(bool gather)
    {
        var sent = Timestamp;
        Tell(_received, gather, withRequests: false, ref sent);
        Tell(_receivedOfClients, gather, withRequests: true, ref sent);
        Send(withRequests: true);
    }

    private void Tell(List<SocketOperation> received, bool gather, bool withRequests, ref long sent)
    {
        for (var i = 0; i < received.Count; i++)
        {
            received[i].Tell();
            if (!gather)
            {
                Send(withRequests);
            }
            else if (i % LooksEvery == LooksEvery - 1 && TimeProvider.System.GetElapsedTime(sent) > LongestDelay)
            {
                Send(withRequests);
                sent = TimeProvider.System.GetTimestamp();
            }
        }

        received.Clear();
    }

    /// <summary>Requests first: upstreams have more to do than clients, and do it while the answers are sent.</summary>
    private void Send(bool withRequests)
    {
        if (withRequests)
        {
            for (var i = 0; i < _requests.Count; i++)
            {
                _requests[i].SendQueued();
            }

            _requests.Clear();
        }

        for (var i = 0; i < _answers.Count; i++)
        {
            _answers[i].SendQueued();
        }

        _answers.Clear();
    }
}
