namespace OwlBoard.Tests.Deployment;

/// <summary>The tests that share one Docker engine. Each starts a system and measures, so they do not run in parallel.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DeploymentCollection : ICollectionFixture<DockerHost>
{
    public const string Name = "deployment";
}
