using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Linux's readiness notification, see <c>epoll(7)</c>: edge-triggered, one registration for a socket's lifetime.</summary>
internal sealed partial class Epoll : IDisposable
{
    /// <summary>The registration of the descriptor that <see cref="Wake"/> writes to.</summary>
    private const ulong WakeData = ulong.MaxValue;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Interrupted = 4;

    /// <summary>The size of <c>struct epoll_event</c>, which the kernel packs only on x86-64.</summary>
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly int DataOffset = EventBytes - sizeof(ulong);

    private readonly int _descriptor;
    private readonly int _wake;
    private readonly byte[] _events;

    /// <param name="capacity">The maximum number of events per wait.</param>
    /// <exception cref="Win32Exception">The process has reached its limit of file descriptors.</exception>
    public Epoll(int capacity)
    {
        _descriptor = Create(CloseOnExec);
        if (_descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        _events = GC.AllocateArray<byte>(capacity * EventBytes, pinned: true);
        _wake = CreateEvent(0, CloseOnExec);
        if (_wake < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        Watch(_wake, WakeData);
    }

    /// <summary>Starts watching a socket, until it is closed.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="data">The data of its events.</param>
    /// <exception cref="Win32Exception">The kernel is out of memory, or the user's limit of watches is reached.</exception>
    public void Watch(int descriptor, ulong data)
    {
        Span<byte> registration = stackalloc byte[EventBytes];
        MemoryMarshal.Write(registration, (uint)(Readiness.Readable | Readiness.Writable | Readiness.PeerClosed | Readiness.EdgeTriggered));
        MemoryMarshal.Write(registration[DataOffset..], data);
        if (Control(_descriptor, Add, descriptor, ref MemoryMarshal.GetReference(registration)) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits for events.</summary>
    /// <param name="block">Indicates whether to wait if there are no events.</param>
    /// <returns>The number of events.</returns>
    /// <exception cref="Win32Exception">The epoll instance is invalid, which indicates a bug.</exception>
    public int Wait(bool block)
    {
        while (true)
        {
            var count = Wait(_descriptor, ref MemoryMarshal.GetArrayDataReference(_events), _events.Length / EventBytes, timeout: block ? -1 : 0);
            if (count >= 0)
            {
                return count;
            }

            if (Marshal.GetLastPInvokeError() is not Interrupted and var error)
            {
                throw new Win32Exception(error);
            }
        }
    }

    /// <summary>Returns one of the events of the last <see cref="Wait(bool)"/>.</summary>
    public (Readiness Readiness, ulong Data) Event(int index)
    {
        var @event = _events.AsSpan(index * EventBytes, EventBytes);
        return ((Readiness)MemoryMarshal.Read<uint>(@event), MemoryMarshal.Read<ulong>(@event[DataOffset..]));
    }

    /// <summary>Ends the current wait.</summary>
    public void Wake() => WriteEvent(_wake, 1);

    /// <summary>Closes the descriptors. Must not be called during a wait.</summary>
    public void Dispose()
    {
        SocketCalls.Close(_wake);
        SocketCalls.Close(_descriptor);
    }

    // The runtime maps this name to the C library, whatever its file name.
    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int descriptor, int operation, int target, ref byte registration);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int descriptor, ref byte events, int capacity, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd_write", SetLastError = true)]
    private static partial int WriteEvent(int descriptor, ulong value);
}
