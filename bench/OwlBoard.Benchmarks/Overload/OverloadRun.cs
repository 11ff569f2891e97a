using System.Diagnostics;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Overload.Cases;
using OwlBoard.Benchmarks.Overload.Results;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks.Overload;

/// <summary>Runs all attacks on all proxies in turn and writes the report.</summary>
internal sealed class OverloadRun(OverloadSettings settings)
{
    /// <summary>Runs all cases.</summary>
    /// <returns>The exit code: 1 if OwlBoard did not survive, a request of another client failed, or a case could not be run.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.StartNew();
        var cases = new List<(OverloadCase, IReadOnlyList<OverloadResult>)>();
        var failures = new List<string>();
        using (var folder = WorkFolder.Create())
        {
            var context = new CaseContext(settings, folder, new CertificateFolder(folder.Add("certificates")));
            new CertificateIssuer(TimeProvider.System).Issue(context.Certificates);
            foreach (var which in settings.Cases)
            {
                var results = new List<OverloadResult>();
                foreach (var peer in settings.Peers.Where(which.Includes))
                {
                    try
                    {
                        foreach (var result in await which.RunAsync(peer, context, cancellationToken))
                        {
                            results.Add(result);
                            Console.WriteLine($"{which.Name}: {result}");
                            if (peer is OwlBoardPeer && !result.IsGood)
                            {
                                failures.Add($"{which.Name}: {result.Peer} failed.");
                            }
                        }
                    }
                    catch (BenchmarkException failure)
                    {
                        failures.Add($"{which.Name}: {failure.Message}");
                        await Console.Error.WriteLineAsync(failures[^1]);
                    }
                }

                cases.Add((which, results));
            }
        }

        Directory.CreateDirectory(settings.Output);
        var path = Path.Combine(settings.Output, "OVERLOAD.md");
        await File.WriteAllTextAsync(path, new OverloadReport(cases, failures).ToString(), CancellationToken.None);
        Console.WriteLine($"Took {started.Elapsed:mm\\:ss}. {(failures.Count == 0 ? "No failures." : string.Join('\n', failures))}\nWritten: {path}");
        return failures.Count == 0 ? 0 : 1;
    }
}
