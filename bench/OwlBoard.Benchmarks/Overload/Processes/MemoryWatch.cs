using OwlBoard.Benchmarks.Processes;

namespace OwlBoard.Benchmarks.Overload.Processes;

/// <summary>
/// Samples the peak of the resident memory of processes, also of those that end meanwhile. On a thread of its own: the
/// thread pool's, of which there may be one, measures latencies.
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

    /// <summary>Ends the sampling.</summary>
    /// <returns>The most that the processes had, in bytes; each at its own time if they are several.</returns>
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
                // A process has ended; the peak is what was sampled before.
                return;
            }
        }
        while (!_stop.Wait(Interval));
    }
}
