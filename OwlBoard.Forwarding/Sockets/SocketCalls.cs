using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// The two system calls that each message takes; they never wait, whatever kind of socket it is. <see cref="Socket"/>'s own
/// come through a library that was compiled in advance, whose calls into the system the just-in-time compiler cannot put in
/// place; nor can it with a <c>try</c> around them, which is why these are not to be put in their callers' place.
/// </summary>
internal static partial class SocketCalls
{
    private const int Interrupted = 4;

    private const int DoNotWait = 0x40;

    /// <summary>A peer that is gone is an error, not a signal.</summary>
    private const int NoSignal = 0x4000;

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
}
