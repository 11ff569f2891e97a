namespace OwlBoard.Tests.EndToEnd;

/// <summary>The tests that share one running system; nothing else runs beside them, since they measure.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SystemCollection : ICollectionFixture<RunningSystem>
{
    public const string Name = "system";
}
