using System.Collections.Concurrent;
using System.Globalization;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>The outcomes of all requests, by kind.</summary>
internal sealed class SoakLedger(TextWriter output)
{
    /// <summary>The number of faults of one kind that are printed during the soak; all are counted.</summary>
    private const int MostShown = 5;

    private readonly ConcurrentDictionary<string, int> _counts = new();
    private int _faults;

    /// <summary>The number of faults.</summary>
    public int Faults => Volatile.Read(ref _faults);

    /// <summary>Counts an allowed outcome: a success, or a failure that a kill explains.</summary>
    /// <returns>The number of such outcomes so far.</returns>
    public int Count(string kind, string outcome) => _counts.AddOrUpdate($"{kind}: {outcome}", 1, static (_, count) => count + 1);

    /// <summary>Counts a fault.</summary>
    public void Fault(string kind, string outcome, string detail)
    {
        Interlocked.Increment(ref _faults);
        if (Count(kind, $"FAULT, {outcome}") <= MostShown)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {kind}: {outcome} ({detail})"));
        }
    }

    /// <summary>Writes all counts.</summary>
    public void Write()
    {
        foreach (var (outcome, count) in _counts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,10:N0}  {outcome}"));
        }
    }
}
