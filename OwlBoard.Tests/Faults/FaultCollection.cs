namespace OwlBoard.Tests.Faults;

/// <summary>Tests that measure under load: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultCollection
{
    public const string Name = "faults";
}
