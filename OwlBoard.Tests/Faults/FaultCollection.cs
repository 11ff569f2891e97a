namespace OwlBoard.Tests.Faults;

/// <summary>Tests that measure under load, and do not run in parallel.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultCollection
{
    public const string Name = "faults";
}
