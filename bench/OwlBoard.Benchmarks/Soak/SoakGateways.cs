using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OwlBoard.Benchmarks.Processes;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>The gateways, which are killed and restarted one at a time.</summary>
internal sealed class SoakGateways(SoakSettings settings, string folder, int service, int[] ports) : IAsyncDisposable
{
    /// <summary>The time from one kill to the next.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>The time until a killed gateway is restarted.</summary>
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2);

    /// <summary>The time after a kill for which failed requests are attributed to it.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(5);

    private static readonly string[] Services = ["Users", "Canvas", "Comments", "Chat"];

    /// <summary>The processes; <see langword="null"/> for a killed gateway.</summary>
    private readonly PinnedProcess?[] _processes = [.. ports.Select((port, i) => Start(settings, folder, service, port, Name(i)))];
    private readonly ConcurrentDictionary<string, long> _killed = new();

    /// <summary>The number of kills so far.</summary>
    public int Kills { get; private set; }

    public static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"api-gateway-{index + 1}");

    /// <summary>Returns whether one of the given gateways, or any if none is given, was killed recently.</summary>
    public bool Explain(string? upstreams) => _killed.Any(kill =>
        Stopwatch.GetElapsedTime(kill.Value) < Aftermath && (upstreams is null || upstreams.Contains(kill.Key, StringComparison.Ordinal)));

    /// <summary>Kills the gateways in turn until cancelled.</summary>
    public async Task KillInTurnAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; ; i = (i + 1) % _processes.Length)
        {
            await Task.Delay(Interval - Away, cancellationToken);
            _killed[Name(i)] = Stopwatch.GetTimestamp();
            await _processes[i]!.DisposeAsync();
            _processes[i] = null;
            // Recorded after the kill: on a busy machine a process does not end at once.
            _killed[Name(i)] = Stopwatch.GetTimestamp();
            Kills++;
            await Task.Delay(Away, cancellationToken);
            _processes[i] = Start(settings, folder, service, ports[i], Name(i));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private static PinnedProcess Start(SoakSettings settings, string folder, int service, int port, string name) => PinnedProcess.Start(
        cpu: null,
        Path.Combine(folder, $"{name}.log"),
        [
            "dotnet", Path.Combine(settings.Programs, "OwlBoard.Gateway", "OwlBoard.Gateway.dll"),
            $"--urls=http://127.0.0.1:{port}",
            $"--Gateway:Name={name}",
            .. Services.Select(one => $"--Gateway:Services:{one}=http://127.0.0.1:{service}"),
        ]);
}
