using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>One Docker engine with all the images, for all tests of deployments.</summary>
public sealed class DockerHost : IAsyncLifetime
{
    private readonly Optional<DockerEngine> _engine = new();
    private DockerEngine? _started;

    /// <summary>The engine. Skips the test where something that it needs is missing.</summary>
    internal DockerEngine Engine => _engine.Value;

    public async ValueTask InitializeAsync() => await _engine.CreateAsync(async () =>
    {
        _started = await DockerEngine.StartAsync();
        await DockerImages.BuildAsync(_started);
        return _started;
    });

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}
