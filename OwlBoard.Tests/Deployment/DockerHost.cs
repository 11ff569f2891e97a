using Xunit.Sdk;

namespace OwlBoard.Tests.Deployment;

/// <summary>One Docker engine with all the images, for all tests of deployments.</summary>
public sealed class DockerHost : IAsyncLifetime
{
    /// <summary>Set to 1 it has the published files deployed, which takes long and needs root.</summary>
    private const string WantedVariable = "OWLBOARD_DEPLOYMENT";

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
        if (Environment.GetEnvironmentVariable(WantedVariable) != "1")
        {
            _missing = SkipException.ForSkip($"Deploys the published files on a Docker engine, with {WantedVariable}=1");
            return;
        }

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
