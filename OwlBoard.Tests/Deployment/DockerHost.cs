using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>A Docker engine with all images, shared by the deployment tests.</summary>
public sealed class DockerHost : IAsyncLifetime
{
    private readonly Optional<DockerEngine> _engine = new();
    private DockerEngine? _started;

    /// <summary>Gets the engine. Skips the test if a required tool is missing.</summary>
    internal DockerEngine Engine => _engine.Value;

    public async ValueTask InitializeAsync() => await _engine.CreateAsync(async () =>
    {
        _started = await DockerEngine.StartAsync();
        await DockerImages.BuildAsync(_started);
        return _started;
    });

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;
}
