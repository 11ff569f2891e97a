using System.Globalization;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>Tests of the published stack on a swarm of one host, with mutual TLS.</summary>
[Collection(DeploymentCollection.Name)]
[Trait("Category", "Deployment")]
public sealed class SwarmTests(DockerHost host) : IAsyncDisposable
{
    /// <summary>The request rate: up to two dozen containers, four of them just started, share one or two cores.</summary>
    private const int RequestsPerSecond = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private DockerEngine? _swarm;

    [Fact]
    public async Task Scaling_the_gateways_from_4_to_8_to_3_loses_no_request()
    {
        var engine = host.Engine;
        using var deployed = await DeployedSystem.PublishAsync(engine, "--target", "swarm");
        deployed.FillInOurImages();
        await deployed.WriteOverridesAsync("overrides.yaml", forSwarm: true);
        await engine.DockerAsync("swarm", "init", "--advertise-addr", engine.Address);
        _swarm = engine;
        var node = await engine.DockerAsync("info", "--format", "{{.Swarm.NodeID}}");
        await engine.DockerAsync("node", "update", "--label-add", "owlboard.stores=true", node);

        (await engine.RunAsync(
            Require.Tool("bash", "bash"),
            ["-ec", "set -a; . ./.env; set +a; docker stack deploy -c docker-compose.yaml -c overrides.yaml owlboard"],
            deployed.Directory)).Succeeded();
        await Eventually.IsTrueAsync("all replicas are healthy", AllRunAsync, DeployedSystem.StartDeadline, Pause);
        await deployed.AnswersThroughAsync(4);
        await using var load = SteadyLoad.Start(deployed.Messages("room"), RequestsPerSecond);
        try
        {
            await ScaleAsync(deployed, 8);
            await ScaleAsync(deployed, 3);
        }
        catch
        {
            // The client only sees a refused connection; the cause is in the output of Docker and the load balancer.
            TestContext.Current.TestOutputHelper?.WriteLine(await TroubleAsync());
            throw;
        }

        await load.StopAsync();

        var report = FaultReport.Of("swarm: gateways 4 to 8 to 3", load.Samples);
        Assert.Equal(0, report.FailedIdempotent);
        Assert.Equal(0, report.FailedPosts);
    }

    public async ValueTask DisposeAsync()
    {
        if (_swarm is not null)
        {
            // Leaving the swarm also removes its containers.
            await _swarm.DockerAsync("swarm", "leave", "--force");
        }
    }

    /// <summary>Returns a value that indicates whether each service has all its replicas healthy: <c>2/2</c>.</summary>
    private async Task<bool> AllRunAsync()
    {
        var replicas = await host.Engine.DockerAsync("service", "ls", "--format", "{{.Replicas}}");
        return replicas.Split('\n').Select(line => line.Split(' ')[0].Split('/')).All(counts => counts[0] == counts[1]);
    }

    /// <summary>Returns the failed tasks of the stack and the load balancer's last log lines.</summary>
    private async Task<string> TroubleAsync() => string.Join(
        '\n',
        await host.Engine.DockerAsync("stack", "ps", "--no-trunc", "--format", "{{.Name}} {{.DesiredState}} {{.CurrentState}} {{.Error}}", "owlboard"),
        await host.Engine.DockerAsync("service", "logs", "--tail", "40", "owlboard_load-balancer"));

    private static async Task ScaleAsync(DeployedSystem deployed, int gateways)
    {
        await deployed.Engine.DockerAsync("service", "scale", string.Create(CultureInfo.InvariantCulture, $"owlboard_api-gateway={gateways}"));
        await deployed.AnswersThroughAsync(gateways);
    }
}
