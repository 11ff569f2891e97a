using Xunit.Sdk;

namespace OwlBoard.Tests.Deployment;

/// <summary>One Docker engine with all the images, for all tests of deployments.</summary>
public sealed class DockerHost : IAsyncLifetime
{
    private SkipException? _missing;

    /// <summary>The engine; <see langword="null"/> where something that it needs is missing.</summary>
    internal DockerEngine? Engine { get; private set; }

    /// <summary>Skips the test where there is no engine, and says what is missing.</summary>
    public void OrSkip()
    {
        if (_missing is not null)
        {
            throw _missing;
        }
    }

    public async ValueTask InitializeAsync()
    {
        try
        {
            Engine = await DockerEngine.StartAsync();
        }
        catch (SkipException missing)
        {
            // Thrown from here it would fail the tests of the collection whose fixture this is.
            _missing = missing;
            return;
        }

        await DockerImages.BuildAsync(Engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (Engine is not null)
        {
            await Engine.DisposeAsync();
        }
    }
}
