namespace OwlBoard.Tests.Deployment;

/// <summary>What <c>docker-compose up</c> makes of the published file.</summary>
public sealed class ComposeSystem(DockerHost host) : IAsyncLifetime
{
    private DeployedSystem? _system;

    /// <summary>The system, unless there is no Docker: then the test is skipped.</summary>
    internal DeployedSystem OrSkip()
    {
        host.OrSkip();
        return _system!;
    }

    public async ValueTask InitializeAsync()
    {
        if (host.Engine is not { } engine)
        {
            return;
        }

        _system = await DeployedSystem.PublishAsync(engine);
        _system.FillInOurImages();
        await _system.WriteOverridesAsync("docker-compose.override.yaml");
        await _system.UpAsync();
        await _system.AnswersThroughAsync(4);
    }

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.ComposeAsync("down", "--volumes", "--timeout", "1");
            _system.Dispose();
        }
    }
}
