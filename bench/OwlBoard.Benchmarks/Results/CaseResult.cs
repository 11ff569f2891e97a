using OwlBoard.Benchmarks.Cases;

namespace OwlBoard.Benchmarks.Results;

/// <summary>The measurements of a case.</summary>
internal sealed record CaseResult(BenchmarkCase Case, IReadOnlyList<Measurement> Measurements)
{
    /// <summary>The peers, in the order of the report.</summary>
    public IReadOnlyList<string> Peers { get; } = [.. Measurements.Where(one => one.Round == 0).Select(one => one.Peer)];

    /// <summary>Returns a metric of a peer over all rounds.</summary>
    public Spread Of(string peer, Func<Measurement, double> number) => Spread.Of(Rounds(peer).Select(number));

    /// <summary>
    /// Returns the ratio of a metric to that of another peer: the median of the ratios of each round, so that a temporarily
    /// slower machine affects both.
    /// </summary>
    /// <returns>NaN if one of the two was not measured.</returns>
    public Spread Ratio(string peer, string to, Func<Measurement, double> number) =>
        Spread.OfMedian(Pairs(peer, to).Select(pair => number(pair.One) / number(pair.Other)));

    /// <summary>Returns the difference of a metric to that of another peer, computed per round.</summary>
    public Spread Difference(string peer, string to, Func<Measurement, double> number) =>
        Spread.Of(Pairs(peer, to).Select(pair => number(pair.One) - number(pair.Other)));

    /// <summary>Returns the number of all errors of a peer.</summary>
    public long Errors(string peer) => Rounds(peer).Sum(one => one.Load.Errors);

    private IEnumerable<Measurement> Rounds(string peer) => Measurements.Where(one => one.Peer == peer);

    private IEnumerable<(Measurement One, Measurement Other)> Pairs(string peer, string to) =>
        Rounds(peer).Join(Rounds(to), one => one.Round, other => other.Round, (one, other) => (one, other));
}
