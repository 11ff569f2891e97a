using OwlBoard.Benchmarks.Cases;

namespace OwlBoard.Benchmarks.Results;

/// <summary>What was measured in a case.</summary>
internal sealed record CaseResult(BenchmarkCase Case, IReadOnlyList<Measurement> Measurements)
{
    /// <summary>The peers, in the order in which they are listed.</summary>
    public IReadOnlyList<string> Peers { get; } = [.. Measurements.Where(one => one.Round == 0).Select(one => one.Peer)];

    /// <summary>One of a peer's numbers over all rounds.</summary>
    public Spread Of(string peer, Func<Measurement, double> number) => Spread.Of(Rounds(peer).Select(number));

    /// <summary>
    /// A number in relation to another peer's: the median over the rounds, each compared within itself, so that a machine
    /// that is slower for a while is so for both.
    /// </summary>
    /// <returns>NaN if one of the two was not measured.</returns>
    public Spread Ratio(string peer, string to, Func<Measurement, double> number) =>
        Spread.OfMedian(Pairs(peer, to).Select(pair => number(pair.One) / number(pair.Other)));

    /// <summary>How much more one of a peer's numbers is than another peer's, each round compared within itself.</summary>
    public Spread Difference(string peer, string to, Func<Measurement, double> number) =>
        Spread.Of(Pairs(peer, to).Select(pair => number(pair.One) - number(pair.Other)));

    /// <summary>All errors of a peer.</summary>
    public long Errors(string peer) => Rounds(peer).Sum(one => one.Load.Errors);

    private IEnumerable<Measurement> Rounds(string peer) => Measurements.Where(one => one.Peer == peer);

    private IEnumerable<(Measurement One, Measurement Other)> Pairs(string peer, string to) =>
        Rounds(peer).Join(Rounds(to), one => one.Round, other => other.Round, (one, other) => (one, other));
}
