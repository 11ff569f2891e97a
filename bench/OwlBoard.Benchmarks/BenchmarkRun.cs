using System.Diagnostics;
using OwlBoard.Benchmarks.Cases;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Results;
using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks;

/// <summary>Runs all cases in turn and writes the report.</summary>
internal sealed class BenchmarkRun(BenchmarkSettings settings)
{
    /// <summary>Runs all cases.</summary>
    /// <returns>The exit code: 1 if a case could not be measured or a peer failed requests.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.StartNew();
        var results = new List<CaseResult>();
        var failures = new List<string>();
        using (var folder = WorkFolder.Create())
        {
            var certificates = new CertificateFolder(folder.Add("certificates"));
            new CertificateIssuer(TimeProvider.System).Issue(certificates);
            foreach (var which in settings.Cases)
            {
                try
                {
                    results.Add(await new CaseRun(which, settings, folder, certificates, Console.Out).RunAsync(cancellationToken));
                }
                catch (BenchmarkException failure)
                {
                    // A failed case must not discard the results of the others, which take twenty minutes to measure.
                    failures.Add($"{which.Name}: {failure.Message}");
                    await Console.Error.WriteLineAsync(failures[^1]);
                }
            }
        }

        failures.AddRange(results.SelectMany(result => result.Peers
            .Where(peer => result.Errors(peer) > 0)
            .Select(peer => $"{result.Case.Name}: {peer} failed {result.Errors(peer)} requests.")));
        await WriteAsync(results, failures);
        Console.WriteLine($"Took {started.Elapsed:mm\\:ss}. {(failures.Count == 0 ? "All requests succeeded." : string.Join('\n', failures))}");
        return failures.Count == 0 ? 0 : 1;
    }

    private async Task WriteAsync(List<CaseResult> results, List<string> failures)
    {
        if (results.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(settings.Output);
        var report = new MarkdownReport(results, failures, settings).ToString();
        var path = Path.Combine(settings.Output, "RESULTS.md");
        await File.WriteAllTextAsync(path, report, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(settings.Output, "RESULTS.svg"), new RatioChart(results).ToString(), CancellationToken.None);
        Console.WriteLine($"Written: {path}");
    }
}
