using OwlBoard.Benchmarks.Processes;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>
/// Samples the peak resident memory of processes, including those that exit. It has its own thread, because the thread
/// pool, which may have only one thread, measures latencies.
/// </summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _stop = new();
    private readonly IReadOnlyList<int> _processes;
    private readonly Thread _thread;
    private long _peak;

    public MemoryWatch(IReadOnlyList<int> processes)
    {
        _processes = processes;
        ProcessUsage.ResetPeak(processes);
        _thread = new Thread(Sample) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Stops sampling.</summary>
    /// <returns>The sum of the peaks of the processes, in bytes; the peaks may have occurred at different times.</returns>
    public long Stop()
    {
        _stop.Set();
        _thread.Join();
        return _peak;
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Sample()
    {
        do
        {
            try
            {
                _peak = Math.Max(_peak, ProcessUsage.PeakOf(_processes));
            }
            catch (IOException)
            {
                // A process has exited; the earlier samples count.
                return;
            }
        }
        while (!_stop.Wait(Interval));
    }
}
