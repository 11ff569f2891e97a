using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>Tests of the platform without OwlBoard, started from its published file with stand-ins for the original images.</summary>
[Collection(DeploymentCollection.Name)]
[Trait("Category", "Deployment")]
public sealed class ExistingPlatformTests(DockerHost host) : IAsyncDisposable
{
    private DeployedSystem? _deployed;

    [Fact]
    public async Task Original_services_are_reached_through_load_balancer_and_gateways()
    {
        var deployed = _deployed = await DeployedSystem.PublishAsync(host.Engine, "--platform", "existing");
        await MakeStandInsAsync(deployed);

        await deployed.UpAsync();

        var containers = await deployed.ContainersAsync();
        Assert.Equal(16, containers.Count);
        Assert.All(containers.Where(container => container.Name.StartsWith("api_gateway_", StringComparison.Ordinal)), gateway => Assert.Equal("healthy", gateway.Health));
        foreach (var listener in new[] { deployed.Desktop, deployed.Mobile })
        {
            foreach (var service in new[] { "users", "canvas", "comments", "chat" })
            {
                // The original services have no health check to wait for.
                await Eventually.IsTrueAsync($"{service} responds", async () =>
                {
                    using var answer = await deployed.Http.GetAsync(new Uri(listener, $"/api/{service}/health"), TestContext.Current.CancellationToken);
                    return answer.StatusCode == HttpStatusCode.OK;
                });
            }
        }

        var user = await deployed.RegisterAsync();
        var stored = await deployed.Http.GetFromJsonAsync<JsonElement>($"/api/users/{user}", TestContext.Current.CancellationToken);
        Assert.Equal(user, stored.GetProperty("id").GetInt32());
        foreach (var frontend in new[] { deployed.DesktopFrontend, deployed.MobileFrontend })
        {
            Assert.StartsWith(
                "<!doctype html>",
                await deployed.Http.GetStringAsync(frontend, TestContext.Current.CancellationToken),
                StringComparison.OrdinalIgnoreCase);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_deployed is not null)
        {
            await _deployed.ComposeAsync("down", "--volumes", "--timeout", "1");
            _deployed.Dispose();
        }
    }

    private static async Task MakeStandInsAsync(DeployedSystem deployed)
    {
        foreach (var name in new[] { "user-service", "canvas-service", "comments-service", "chat-service", "desktop-frontend", "mobile-frontend" })
        {
            await deployed.Engine.DockerAsync(
                "build", "-f", DockerEngine.Script("ExistingPlatform/Dockerfile"), "--target", name,
                "-t", StandIn(name), Path.Combine(deployed.Directory, "certs"));
        }

        deployed.FillIn(value => value switch
        {
            _ when value.StartsWith("API_GATEWAY_", StringComparison.Ordinal) => DockerImages.Of("Gateway"),
            "LOAD_BALANCER_IMAGE" => DockerImages.Of("LoadBalancer"),
            _ => StandIn(value[..^"_IMAGE".Length].Replace('_', '-')),
        });
    }

    private static string StandIn(string name) => $"existing/{name}".ToLowerInvariant();
}
