using System.Runtime.InteropServices;

namespace OwlBoard.Benchmarks.Load;

/// <summary>
/// Linux's epoll, with time-outs in nanoseconds: one thread, no hand-over between threads and no allocation between a
/// reply's arrival and its time stamp.
/// </summary>
internal sealed unsafe partial class Readiness : IDisposable
{
    private const int BatchSize = 256;
    private const int Add = 1;
    private const uint Readable = 1;
    private const int SetTimerSlack = 29;

    // struct epoll_event is packed on x86-64 and nowhere else.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int EventSize = IsPacked ? 12 : 16;
    private static readonly int DataOffset = IsPacked ? 4 : 8;

    private readonly int _epoll = Check(epoll_create1(0), nameof(epoll_create1));
    private readonly byte[] _events = new byte[BatchSize * 16];

    /// <summary>By default Linux may wake a thread 50 µs late, to wake several at once. Of the thread that calls this.</summary>
    public static void WakeThisThreadInTime() => Check(prctl(SetTimerSlack, 1, 0, 0, 0), nameof(prctl));

    /// <summary>Watches a descriptor until it is closed.</summary>
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

    /// <summary>Waits until something can be read or the time is over.</summary>
    /// <returns>How many can be read; see <see cref="this[int]"/>.</returns>
    public int Wait(TimeSpan timeout)
    {
        var time = new TimeSpecification { Seconds = timeout.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = timeout.Ticks % TimeSpan.TicksPerSecond * 100 };
        fixed (byte* pointer = _events)
        {
            var count = epoll_pwait2(_epoll, pointer, BatchSize, &time, null);
            // Interrupted by a signal: look again.
            return Math.Max(0, count);
        }
    }

    /// <summary>The index that the descriptor was given.</summary>
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
