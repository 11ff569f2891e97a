namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// A thread that waits for the events of many sockets and runs what waits for them, as a worker process of nginx does. One
/// for each processor; a socket stays with one for its lifetime.
/// </summary>
internal sealed class SocketLoop
{
    private const int EventsAtOnce = 512;

    private static readonly SocketLoop[] Loops = [.. Enumerable.Range(1, Environment.ProcessorCount).Select(number => new SocketLoop(number))];

    private static int _next;

    private readonly Epoll _epoll = new(EventsAtOnce);
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private LoopSocket?[] _sockets = new LoopSocket?[64];
    private int _count;
    private uint _registrations;

    private SocketLoop(int number) => new Thread(Run) { Name = $"Sockets {number}", IsBackground = true }.Start();

    /// <summary>Whether there are loops on this system.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Gives the socket to a loop, each in turn.</summary>
    /// <param name="socket">The socket, not connected yet or just accepted.</param>
    public static SocketLoop Add(LoopSocket socket)
    {
        var loop = Loops[(uint)Interlocked.Increment(ref _next) % (uint)Loops.Length];
        loop.Enter(socket);
        return loop;
    }

    /// <summary>The socket is being closed: no event of its reaches it any more, nor whoever gets its file descriptor next.</summary>
    public void Remove(LoopSocket socket)
    {
        lock (_lock)
        {
            var index = (int)(uint)socket.Registration;
            if (_sockets[index] == socket)
            {
                _sockets[index] = null;
                _free.Push(index);
            }
        }
    }

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

        var isHeld = false;
        try
        {
            // Until it is registered nobody else may get its descriptor.
            socket.Handle.DangerousAddRef(ref isHeld);
            _epoll.Watch((int)socket.Handle.DangerousGetHandle(), socket.Registration);
        }
        catch
        {
            Remove(socket);
            throw;
        }
        finally
        {
            if (isHeld)
            {
                socket.Handle.DangerousRelease();
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            var count = _epoll.Wait();
            for (var i = 0; i < count; i++)
            {
                var (readiness, data) = _epoll.Event(i);
                if (Volatile.Read(ref _sockets)[(uint)data] is { } socket && socket.Registration == data)
                {
                    socket.OnReady(readiness);
                }
            }
        }
    }
}
