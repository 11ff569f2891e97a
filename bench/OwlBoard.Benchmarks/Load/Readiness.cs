using System.Runtime.InteropServices;

namespace OwlBoard.Benchmarks.Load;

/// <summary>
/// Linux's epoll, with timeouts in nanoseconds. It uses one thread, so that there is no thread switch and no allocation
/// between the arrival of a response and its timestamp.
/// </summary>
internal sealed unsafe partial class Readiness : IDisposable
{
    private const int BatchSize = 256;
    private const int Add = 1;
    private const uint Readable = 1;
    private const int SetTimerSlack = 29;

    // struct epoll_event is packed on x86-64 only.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly int _epoll = Check(epoll_create1(0), nameof(epoll_create1));
    private readonly byte[] _events = new byte[BatchSize * 16];

    /// <summary>Sets the timer slack of the current thread. By default Linux may wake a thread up to 50 µs late.</summary>
    public static void WakeThisThreadInTime() => Check(prctl(SetTimerSlack, 1, 0, 0, 0), nameof(prctl));

    /// <summary>Adds a descriptor, which is watched until it is closed.</summary>
    public void Watch(int descriptor, int index)
    {
        Span<byte> one = stackalloc byte[16];
        one.Clear();
        MemoryMarshal.Write(one, Readable);
        MemoryMarshal.Write(one[DataOffset..], (long)index);
        fixed (byte* pointer = one)
        {
            Check(epoll_ctl(_epoll, Add, descriptor, pointer), nameof(epoll_ctl));
        }
    }

    /// <summary>Waits until a descriptor is readable or the timeout elapses.</summary>
    /// <returns>The number of readable descriptors; see <see cref="this[int]"/>.</returns>
    public int Wait(TimeSpan timeout)
    {
        var time = new TimeSpecification { Seconds = timeout.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = timeout.Ticks % TimeSpan.TicksPerSecond * 100 };
        fixed (byte* pointer = _events)
        {
            var count = epoll_pwait2(_epoll, pointer, BatchSize, &time, null);
            // Interrupted by a signal.
            return Math.Max(0, count);
        }
    }

    /// <summary>Gets the index that was passed for the readable descriptor.</summary>
    public int this[int ready] => (int)MemoryMarshal.Read<long>(_events.AsSpan((ready * EventSize) + DataOffset));

    public void Dispose() => _ = close(_epoll);

    private static int Check(int result, string call) => result >= 0
        ? result
        : throw new BenchmarkException($"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* one);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_pwait2(int epoll, byte* events, int count, TimeSpecification* timeout, void* signals);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
