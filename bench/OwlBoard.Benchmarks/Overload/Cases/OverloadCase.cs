using OwlBoard.Benchmarks.Overload.Attacks;
using OwlBoard.Benchmarks.Overload.Results;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks.Overload.Cases;

/// <summary>Something that a proxy has to survive, and to serve other clients meanwhile.</summary>
/// <param name="name">Its name on the command line.</param>
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

    /// <summary>The case in a few words.</summary>
    public abstract string Description { get; }

    /// <summary>Returns whether the proxy can be compared in this case.</summary>
    public virtual bool Includes(Peer peer) => true;

    /// <summary>Runs it with one proxy.</summary>
    /// <returns>The result, one for each kind of request of the other clients.</returns>
    public abstract Task<IReadOnlyList<OverloadResult>> RunAsync(Peer peer, CaseContext context, CancellationToken cancellationToken);
}
