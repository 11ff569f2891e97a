using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// The system calls that each message and each accepted connection take; they never wait, whatever kind of socket it is.
/// <see cref="Socket"/>'s own come through a library that was compiled in advance, whose calls into the system the just-in-time
/// compiler cannot put in place; nor can it with a <c>try</c> around them, which is why these are not to be put in their
/// callers' place.
/// </summary>
internal static partial class SocketCalls
{
    /// <summary>In place of a file descriptor.</summary>
    public const int None = -1;

    private const int Interrupted = 4;

    private const int DoNotWait = 0x40;

    private const int LookOnly = 0x2;

    /// <summary>A peer that is gone is an error, not a signal.</summary>
    private const int NoSignal = 0x4000;

    private const int CloseOnExec = 0x80000;

    private const int NonBlocking = 0x800;

    private const int SocketLevel = 1;

    private const int Linger = 13;

    private const int TcpLevel = 6;

    private const int TcpInfo = 11;

    /// <summary>The kernel's <c>struct tcp_info</c> as far as it is read here: where in it the numbers are.</summary>
    private const int TcpInfoBytes = 148;
    private const int SegmentsInFlight = 24;
    private const int BytesAcknowledged = 120;
    private const int BytesReceived = 128;
    private const int BytesNotSent = 144;

    /// <summary>Receives what is there.</summary>
    /// <returns>How many bytes; 0 at the end, and with an error.</returns>
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

    /// <summary>Looks whether there is something to receive.</summary>
    /// <returns>Whether there is; otherwise it is the end, or there is an error.</returns>
    public static bool Peek(int descriptor, out SocketError error)
    {
        byte first = 0;
        nint count;
        do
        {
            count = Receive(descriptor, ref first, 1, DoNotWait | LookOnly);
        }
        while (!IsResult(ref count, out error));
        return count > 0;
    }

    /// <summary>Sends what the kernel takes.</summary>
    /// <returns>How many bytes; 0 with an error.</returns>
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

    /// <summary>Takes a connection that waits at a listener.</summary>
    /// <param name="listener">The socket that listens.</param>
    /// <param name="peer">Room for its other end's address, which is there afterwards.</param>
    /// <param name="error">Why there is none.</param>
    /// <returns>Its file descriptor; <see cref="None"/> with an error.</returns>
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

    /// <summary>This end's address.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="local">Room for the address, which is there afterwards.</param>
    /// <exception cref="SocketException">There is none.</exception>
    public static void GetLocalAddress(int descriptor, SocketAddress local)
    {
        var length = local.Buffer.Length;
        Check(GetName(descriptor, ref MemoryMarshal.GetReference(local.Buffer.Span), ref length));
        local.Size = length;
    }

    /// <summary>How far a connection has come.</summary>
    /// <returns>Nothing where the kernel does not say.</returns>
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

    /// <summary>Says that nothing more is sent, received, or both.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public static void Shutdown(int descriptor, SocketShutdown how) => Check(Shutdown(descriptor, (int)how));

    /// <summary>Lets its being closed reset the connection: <c>SO_LINGER</c> with a time of 0, see <c>socket(7)</c>.</summary>
    public static void ResetOnClose(int descriptor)
    {
        Span<int> linger = [1, 0];
        _ = SetOption(descriptor, SocketLevel, Linger, ref MemoryMarshal.GetReference(linger), linger.Length * sizeof(int));
    }

    /// <summary>Closes it; what was sent before is delivered.</summary>
    /// <returns>Whether that was possible: the descriptor is of no use afterwards in any case.</returns>
    public static bool Close(int descriptor) => CloseDescriptor(descriptor) == 0;

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new SocketException((int)ErrorOf(Marshal.GetLastSystemError()));
        }
    }

    /// <returns>Whether the call is done; otherwise a signal interrupted it.</returns>
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

    /// <summary>What .NET calls Linux's error; see <c>errno(3)</c>.</summary>
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

    // The error is asked for only where there is one; the runtime keeps it over what it does itself after a call.
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
