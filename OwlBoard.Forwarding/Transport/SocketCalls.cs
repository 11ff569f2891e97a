using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// The system calls on the path of each message and each accepted connection; they never block. The calls behind
/// <see cref="Socket"/> are in a precompiled library, where the JIT compiler cannot inline the P/Invoke stubs. It cannot
/// inline them into a <c>try</c> block either, so the methods here are not inlined.
/// </summary>
internal static partial class SocketCalls
{
    /// <summary>The value of a missing file descriptor.</summary>
    public const int None = -1;

    private const int Interrupted = 4;

    private const int DoNotWait = 0x40;

    private const int MessagePeek = 0x2;

    /// <summary>Reports a closed connection as an error instead of a signal.</summary>
    private const int NoSignal = 0x4000;

    private const int CloseOnExec = 0x80000;

    private const int NonBlocking = 0x800;

    private const int SocketLevel = 1;

    private const int Linger = 13;

    private const int TcpLevel = 6;

    private const int TcpInfo = 11;

    /// <summary>
    /// The offsets of the fields that are read from the kernel's <c>struct tcp_info</c>, and the length that covers them.
    /// </summary>
    private const int TcpInfoBytes = 148;
    private const int SegmentsInFlight = 24;
    private const int BytesAcknowledged = 120;
    private const int BytesReceived = 128;
    private const int BytesNotSent = 144;

    /// <summary>Receives the available data.</summary>
    /// <returns>The number of bytes; 0 at the end or with an error.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Receive(int descriptor, Span<byte> buffer, out SocketError error)
    {
        nint count;
        do
        {
            count = Receive(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length, DoNotWait);
        }
        while (!IsResult(ref count, out error));
        return (int)count;
    }

    /// <summary>Checks for data to receive without consuming it.</summary>
    /// <returns><see langword="true"/> if data is available; <see langword="false"/> at the end or with an error.</returns>
    public static bool Peek(int descriptor, out SocketError error)
    {
        byte first = 0;
        nint count;
        do
        {
            count = Receive(descriptor, ref first, 1, DoNotWait | MessagePeek);
        }
        while (!IsResult(ref count, out error));
        return count > 0;
    }

    /// <summary>Sends as much as the kernel accepts.</summary>
    /// <returns>The number of bytes; 0 with an error.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Send(int descriptor, ReadOnlySpan<byte> buffer, out SocketError error)
    {
        nint count;
        do
        {
            count = Send(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length, DoNotWait | NoSignal);
        }
        while (!IsResult(ref count, out error));
        return (int)count;
    }

    /// <summary>Accepts a pending connection.</summary>
    /// <param name="listener">The listening socket.</param>
    /// <param name="peer">Receives the peer's address.</param>
    /// <param name="error">The error, if no connection was accepted.</param>
    /// <returns>The connection's file descriptor; <see cref="None"/> with an error.</returns>
    public static int Accept(int listener, SocketAddress peer, out SocketError error)
    {
        nint descriptor;
        int length;
        do
        {
            length = peer.Buffer.Length;
            descriptor = Accept(listener, ref MemoryMarshal.GetReference(peer.Buffer.Span), ref length, CloseOnExec | NonBlocking);
        }
        while (!IsResult(ref descriptor, out error));
        if (error != SocketError.Success)
        {
            return None;
        }

        peer.Size = length;
        return (int)descriptor;
    }

    /// <summary>Gets the local address of a socket.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="local">Receives the address.</param>
    /// <exception cref="SocketException">The address could not be read.</exception>
    public static void GetLocalAddress(int descriptor, SocketAddress local)
    {
        var length = local.Buffer.Length;
        Check(GetName(descriptor, ref MemoryMarshal.GetReference(local.Buffer.Span), ref length));
        local.Size = length;
    }

    /// <summary>Gets the progress counters of a connection.</summary>
    /// <returns>The counters; zeros if the kernel does not report them.</returns>
    public static TcpProgress Progress(int descriptor)
    {
        Span<byte> info = stackalloc byte[TcpInfoBytes];
        info.Clear();
        var length = info.Length;
        if (GetOption(descriptor, TcpLevel, TcpInfo, ref MemoryMarshal.GetReference(info), ref length) != 0)
        {
            return new TcpProgress(0, 0, IsAllAcknowledged: true);
        }

        return new TcpProgress(
            MemoryMarshal.Read<ulong>(info[BytesAcknowledged..]),
            MemoryMarshal.Read<ulong>(info[BytesReceived..]),
            MemoryMarshal.Read<uint>(info[SegmentsInFlight..]) == 0 && MemoryMarshal.Read<uint>(info[BytesNotSent..]) == 0);
    }

    /// <summary>Closes the sending side, the receiving side, or both.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public static void Shutdown(int descriptor, SocketShutdown how) => Check(Shutdown(descriptor, (int)how));

    /// <summary>
    /// Configures the socket to reset the connection when it is closed: <c>SO_LINGER</c> with a time of 0, see
    /// <c>socket(7)</c>.
    /// </summary>
    public static void ResetOnClose(int descriptor)
    {
        Span<int> linger = [1, 0];
        _ = SetOption(descriptor, SocketLevel, Linger, ref MemoryMarshal.GetReference(linger), linger.Length * sizeof(int));
    }

    /// <summary>Closes a descriptor; data that was sent before is still delivered.</summary>
    /// <returns><see langword="true"/> on success. The descriptor is invalid afterwards in either case.</returns>
    public static bool Close(int descriptor) => CloseDescriptor(descriptor) == 0;

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new SocketException((int)ErrorOf(Marshal.GetLastSystemError()));
        }
    }

    /// <returns><see langword="true"/> if the call is complete; <see langword="false"/> if a signal interrupted it.</returns>
    private static bool IsResult(ref nint count, out SocketError error)
    {
        error = SocketError.Success;
        if (count >= 0)
        {
            return true;
        }

        count = 0;
        var number = Marshal.GetLastSystemError();
        error = ErrorOf(number);
        return number != Interrupted;
    }

    /// <summary>Converts a Linux error number to .NET's; see <c>errno(3)</c>.</summary>
    private static SocketError ErrorOf(int number) => number switch
    {
        11 => SocketError.WouldBlock,
        12 => SocketError.NoBufferSpaceAvailable,
        23 or 24 => SocketError.TooManyOpenSockets,
        32 => SocketError.Shutdown,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        102 => SocketError.NetworkReset,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        105 => SocketError.NoBufferSpaceAvailable,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    // No SetLastError: the error is read only after a failed call, and the runtime preserves it.
    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int descriptor, ref byte buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int descriptor, ref byte buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "accept4")]
    private static partial int Accept(int listener, ref byte peer, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "getsockname")]
    private static partial int GetName(int descriptor, ref byte local, ref int length);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(int descriptor, int level, int option, ref byte value, ref int length);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetOption(int descriptor, int level, int option, ref int value, int length);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);
}
