using System.Net;
using OwlBoard.Tests.Faults;

namespace OwlBoard.Tests.EndToEnd;

[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class FailoverTests(RunningSystem system)
{
    [Fact]
    public async Task A_gateway_killed_under_load_loses_no_idempotent_request_and_comes_back_by_itself()
    {
        await system.IsWholeAsync();
        await using var desktop = SteadyLoad.Start(new Uri(system.Desktop, "/api/users/health"), requestsPerSecond: 100);
        await using var mobile = SteadyLoad.Start(new Uri(system.Mobile, "/api/users/health"), requestsPerSecond: 100);
        await SteadyLoad.RunForAsync(TimeSpan.FromSeconds(1));

        system.KillGateway("api-gateway-2");

        await system.HasActiveBackendsAsync(3);
        await system.IsWholeAsync();
        await desktop.StopAsync();
        await mobile.StopAsync();
        var reads = desktop.Samples.Concat(mobile.Samples).Where(sample => sample.Method == "GET").ToArray();
        Assert.True(reads.Length > 100, $"Only {reads.Length} requests were sent.");
        Assert.DoesNotContain(reads, sample => sample.Failure is not null);
    }

    [Fact]
    public async Task With_three_of_four_gateways_killed_the_system_still_answers()
    {
        await system.IsWholeAsync();

        foreach (var name in new[] { "api-gateway-1", "api-gateway-2", "api-gateway-3" })
        {
            system.KillGateway(name);
        }

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
        {
            using var response = await system.Http.GetAsync("/api/users/health", TestContext.Current.CancellationToken);
            answers.Add(response.StatusCode);
        }

        Assert.Contains(HttpStatusCode.OK, answers);
        await system.IsWholeAsync();
        using var last = await system.Http.GetAsync("/api/users/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);
    }
}
