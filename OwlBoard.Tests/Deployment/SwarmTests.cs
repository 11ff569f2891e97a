using System.Globalization;
using OwlBoard.Tests.Faults;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>The published stack on a swarm of one host, with mutual TLS as in every deployment.</summary>
[Collection(DeploymentCollection.Name)]
public sealed class SwarmTests(DockerHost host) : IAsyncDisposable
{
    private const int RequestsPerSecond = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    [Fact]
    public async Task Scaling_the_gateways_from_4_to_8_to_3_loses_no_request()
    {
        host.OrSkip();
        var engine = host.Engine!;
        using var deployed = await DeployedSystem.PublishAsync(engine, "--target", "swarm");
        deployed.FillInOurImages();
        await deployed.WriteOverridesAsync("overrides.yaml", "version: \"3.8\"");
        await engine.DockerAsync("swarm", "init", "--advertise-addr", engine.Address);
        var node = await engine.DockerAsync("info", "--format", "{{.Swarm.NodeID}}");
        await engine.DockerAsync("node", "update", "--label-add", "owlboard.stores=true", node);

        (await engine.RunAsync(
            Require.Tool("bash", "bash"),
            ["-ec", "set -a; . ./.env; set +a; docker stack deploy -c docker-compose.yaml -c overrides.yaml owlboard"],
            deployed.Directory)).Succeeded();
        await Eventually.IsTrueAsync("all replicas are healthy", AllRunAsync, DeployedSystem.StartDeadline, Pause);
        await deployed.HasActiveBackendsAsync(4);
        await using var load = SteadyLoad.Start(deployed.Messages("room"), RequestsPerSecond);
        await ScaleAsync(deployed, 8);
        await ScaleAsync(deployed, 3);
        await load.StopAsync();

        var report = FaultReport.Of("swarm: gateways 4 to 8 to 3", load.Samples);
        Assert.Equal(0, report.FailedIdempotent);
        Assert.Equal(0, report.FailedPosts);
    }

    public async ValueTask DisposeAsync()
    {
        if (host.Engine is { } engine)
        {
            // Takes its containers along.
            await engine.DockerAsync("swarm", "leave", "--force");
        }
    }

    /// <summary>Whether there are as many healthy replicas of each service as there should be: <c>2/2</c>.</summary>
    private async Task<bool> AllRunAsync()
    {
        var replicas = await host.Engine!.DockerAsync("service", "ls", "--format", "{{.Replicas}}");
        return replicas.Split('\n').Select(line => line.Split(' ')[0].Split('/')).All(counts => counts[0] == counts[1]);
    }

    /// <summary>Scales, and waits until so many gateways answer requests.</summary>
    private static async Task ScaleAsync(DeployedSystem deployed, int gateways)
    {
        await deployed.Engine.DockerAsync("service", "scale", string.Create(CultureInfo.InvariantCulture, $"owlboard_api-gateway={gateways}"));
        await deployed.HasActiveBackendsAsync(gateways);
        var answering = new Queue<string>();
        await Eventually.IsTrueAsync($"{gateways} gateways answer", async () =>
        {
            using var answer = await deployed.Http.GetAsync("/api/users/health", TestContext.Current.CancellationToken);
            answering.Enqueue(answer.Headers.GetValues("X-Gateway").Single());
            if (answering.Count > 40)
            {
                answering.Dequeue();
            }

            return answering.Count == 40 && answering.Distinct().Count() == gateways;
        });
    }
}
