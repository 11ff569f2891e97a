namespace OwlBoard.Tests.EndToEnd;

/// <summary>The tests that share one running system. They measure, so they do not run in parallel.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SystemCollection : ICollectionFixture<RunningSystem>
{
    public const string Name = "system";
}
