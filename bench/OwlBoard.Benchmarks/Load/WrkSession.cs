using System.Diagnostics;
using System.Globalization;

namespace OwlBoard.Benchmarks.Load;

/// <summary>One run of wrk.</summary>
internal sealed class WrkSession(Target target, int connections, string method, int bodyBytes, bool newConnections) : ILoadSession
{
    private const string ResultMark = "RESULT ";

    /// <summary>The time that wrk may take beyond the requested duration.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public async Task<LoadResult> RunAsync(TimeSpan duration, int round, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("wrk", Arguments(duration))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(duration + Grace);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            var result = output.Split('\n').FirstOrDefault(line => line.StartsWith(ResultMark, StringComparison.Ordinal))
                ?? throw new BenchmarkException($"wrk reported no result for {target.Address}:\n{output}{await errors}");
            return Parse(result[ResultMark.Length..]);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"wrk did not end in time (target {target.Address}).");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    public void Dispose()
    {
        // The process has ended with the run.
    }

    /// <remarks>wrk accepts whole seconds only.</remarks>
    private string[] Arguments(TimeSpan duration) =>
    [
        "--threads", "1",
        "--connections", connections.ToString(CultureInfo.InvariantCulture),
        "--duration", $"{Math.Max(1, (int)duration.TotalSeconds)}s",
        "--timeout", "10s",
        "--script", Path.Combine(AppContext.BaseDirectory, "Load", "report.lua"),
        target.Address.ToString(),
        "--", method, bodyBytes.ToString(CultureInfo.InvariantCulture), newConnections ? "close" : "keep",
    ];

    private static LoadResult Parse(string result)
    {
        var numbers = result.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        // wrk reports microseconds.
        return numbers is [var requests, var duration, var connect, var read, var write, var others, var p50, var p95, var p99, var p999]
            ? new LoadResult(
                requests - others, connect + read + write + others, TimeSpan.FromMicroseconds(duration), p50 / 1000.0, p95 / 1000.0, p99 / 1000.0, p999 / 1000.0)
            : throw new BenchmarkException($"wrk reported an unexpected result: {result}");
    }
}
