using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class TracingTests
{
    [Fact]
    public async Task Each_try_is_a_span_of_the_clients_trace()
    {
        var trace = ActivityTraceId.CreateRandom();
        var tries = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "OwlBoard.Forwarding" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.Kind == ActivityKind.Client)
                {
                    tries.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var sick = await FakeGateway.StartAsync("sick");
        await using var well = await FakeGateway.StartAsync("well");
        sick.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        await using var loadBalancer = TestLoadBalancer.Start([sick, well]);
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = loadBalancer.Desktop };

        while (sick.Received.IsEmpty)
        {
            tries.Clear();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
            await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        await Fixtures.Eventually.IsTrueAsync("both attempts are recorded", () => tries.Count == 2);
        Assert.All(tries, span => Assert.Equal(trace, span.TraceId));
        Assert.Equal(
            [new Uri(sick.Address).Port, new Uri(well.Address).Port],
            tries.Select(span => Convert.ToInt32(span.GetTagItem("server.port"), System.Globalization.CultureInfo.InvariantCulture)));
    }
}
