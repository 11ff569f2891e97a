using System.Globalization;

namespace OwlBoard.Tests.Faults;

/// <summary>The effect of a fault, as a row of the table of <c>bench/faults</c>.</summary>
internal sealed record FaultReport(string Fault, int Requests, int FailedIdempotent, int FailedPosts, double P50, double P99, double SlowestIdempotent)
{
    /// <summary>The environment variable, set by <c>bench/faults</c>, with the optional file to which the rows are appended.</summary>
    private const string TableVariable = "OWLBOARD_FAULTS_TABLE";

    private static readonly Lock Writing = new();

    public static FaultReport Of(string fault, IEnumerable<SteadyLoad.Sample> samples)
    {
        var all = samples.ToArray();
        var sorted = all.Select(sample => sample.Latency.TotalMilliseconds).Order().ToArray();
        var report = new FaultReport(
            fault,
            all.Length,
            all.Count(sample => sample is { Method: "GET", Failure: not null }),
            all.Count(sample => sample is { Method: "POST", Failure: not null }),
            Quantile(sorted, 0.5),
            Quantile(sorted, 0.99),
            all.Where(sample => sample.Method == "GET").Max(sample => sample.Latency.TotalMilliseconds));
        report.Write();
        foreach (var failures in all.Where(sample => sample.Failure is not null).GroupBy(sample => (sample.Failure, sample.Gateway)))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{failures.Count()} of {failures.Key.Gateway ?? "no gateway"}: {failures.Key.Failure}");
        }

        return report;
    }

    /// <summary>Writes the row to the table and to the test output.</summary>
    private void Write()
    {
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {Fault} | {Requests} | {FailedIdempotent} | {FailedPosts} | {P50:0.0} | {P99:0.0} | {SlowestIdempotent:0} |");
        TestContext.Current.TestOutputHelper?.WriteLine(row);
        if (Environment.GetEnvironmentVariable(TableVariable) is { Length: > 0 } table)
        {
            lock (Writing)
            {
                File.AppendAllText(table, row + "\n");
            }
        }
    }

    private static double Quantile(double[] sorted, double part) =>
        sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
}
