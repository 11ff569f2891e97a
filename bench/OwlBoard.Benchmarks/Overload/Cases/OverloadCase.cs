using OwlBoard.Benchmarks.Overload.Attacks;
using OwlBoard.Benchmarks.Overload.Results;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>A situation that a proxy must survive while it serves other clients.</summary>
/// <param name="name">The name on the command line.</param>
internal abstract class OverloadCase(string name)
{
    /// <summary>All cases, in the order in which they run.</summary>
    public static IReadOnlyList<OverloadCase> All { get; } =
    [
        .. Attack.All.Where(attack => attack is not LoginFlood).Select(attack => new AttackCase(attack)),
        new KilledGatewaysCase(),
        new LoginsCase(),
    ];

    public string Name { get; } = name;

    /// <summary>A short description of the case.</summary>
    public abstract string Description { get; }

    /// <summary>Returns whether the proxy can be compared in this case.</summary>
    public virtual bool Includes(Peer peer) => true;

    /// <summary>Runs the case with one proxy.</summary>
    /// <returns>One result for each kind of request of the other clients.</returns>
    public abstract Task<IReadOnlyList<OverloadResult>> RunAsync(Peer peer, CaseContext context, CancellationToken cancellationToken);
}
