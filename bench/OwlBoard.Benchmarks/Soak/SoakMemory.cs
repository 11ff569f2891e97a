using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>The memory of a .NET process, minute by minute, each time after a full garbage collection.</summary>
/// <remarks>Without a collection a generation may grow for half an hour before it is collected, which looks like a leak.</remarks>
internal sealed class SoakMemory(int process, TextWriter output)
{
    /// <summary>Memory for what is compiled, pooled and cached at first belongs to the start.</summary>
    private const int SettlingMinutes = 5;

    /// <summary>The minutes that are averaged at the beginning and at the end of what is judged.</summary>
    private const int Averaged = 3;

    /// <summary>Growth that is noise.</summary>
    private const double AllowedGrowth = 1.10;

    /// <summary>The keyword of the runtime's events that starts a full collection (<c>GCHeapCollect</c>).</summary>
    private const long CollectKeyword = 0x800000;

    private readonly List<long> _samples = [];

    /// <summary>Gets whether it stayed flat after the fifth minute; <see langword="null"/> if the soak was too short to tell.</summary>
    public bool? IsFlat
    {
        get
        {
            var judged = _samples.Skip(SettlingMinutes - 1).ToArray();
            return judged.Length < 2 * Averaged ? null : judged[^Averaged..].Average() <= AllowedGrowth * judged[..Averaged].Average();
        }
    }

    /// <summary>Takes a sample each minute until it is cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1));
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await CollectAsync(cancellationToken);
            var lines = await File.ReadAllLinesAsync($"/proc/{process}/smaps_rollup", cancellationToken);
            var (resident, proportional) = (Find(lines, "Rss:"), Find(lines, "Pss:"));
            _samples.Add(proportional);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"minute {_samples.Count}: load balancer {resident / 1024.0:0.0} MB RSS, {proportional / 1024.0:0.0} MB PSS"));
        }
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectKeyword);
        using var session = new DiagnosticsClient(process).StartEventPipeSession(provider, requestRundown: false);
        var reading = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
        await session.StopAsync(cancellationToken);
        await reading;
    }

    /// <summary>In kilobytes.</summary>
    private static long Find(string[] lines, string name) => long.Parse(
        lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(),
        CultureInfo.InvariantCulture);
}
