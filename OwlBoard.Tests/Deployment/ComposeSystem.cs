using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>The system that <c>docker-compose up</c> starts from the published file.</summary>
public sealed class ComposeSystem(DockerHost host) : IAsyncLifetime
{
    private readonly Optional<DeployedSystem> _system = new();
    private DeployedSystem? _published;

    /// <summary>Gets the system. Skips the test if Docker is missing.</summary>
    internal DeployedSystem Deployed => _system.Value;

    public async ValueTask InitializeAsync() => await _system.CreateAsync(async () =>
    {
        _published = await DeployedSystem.PublishAsync(host.Engine);
        _published.FillInOurImages();
        await _published.WriteOverridesAsync("docker-compose.override.yaml");
        await _published.UpAsync();
        await _published.AnswersThroughAsync(4);
        return _published;
    });

    public async ValueTask DisposeAsync()
    {
        if (_published is not null)
        {
            await _published.ComposeAsync("down", "--volumes", "--timeout", "1");
            _published.Dispose();
        }
    }
}
