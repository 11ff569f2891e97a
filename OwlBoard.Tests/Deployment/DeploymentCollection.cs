namespace OwlBoard.Tests.Deployment;

/// <summary>The tests that share one Docker engine. They bring up a system each, and measure: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DeploymentCollection : ICollectionFixture<DockerHost>
{
    public const string Name = "deployment";
}
