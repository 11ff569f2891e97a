using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Forwarding.Exchanges;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.Tests.Forwarding.Transport;

/// <summary>Tests of the code that may block the thread of a socket's events.</summary>
[Trait("Category", "Unit")]
public sealed class OffloadTests
{
    [Fact]
    public async Task Handler_that_blocks_does_not_keep_the_thread_that_called_it()
    {
        using var release = new ManualResetEventSlim();
        var pipeline = Pipeline(_ =>
        {
            release.Wait(TestContext.Current.CancellationToken);
            return Task.CompletedTask;
        });

        // Run inline, the handler would block the test.
        var handling = pipeline(new DefaultHttpContext());

        Assert.False(handling.IsCompleted);
        release.Set();
        await handling.WaitAsync(Fixtures.Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_is_proxied_goes_on_where_it_is()
    {
        var thread = 0;
        var pipeline = Pipeline(_ =>
        {
            thread = Environment.CurrentManagedThreadId;
            return Task.CompletedTask;
        });
        var route = new RouteModel(new RouteConfig { RouteId = "r", Match = new() }, cluster: null, HttpTransformer.Empty);
        var context = new DefaultHttpContext();
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(route), "proxied"));

        Assert.True(pipeline(context).IsCompletedSuccessfully);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    private static RequestDelegate Pipeline(RequestDelegate last)
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        app.UseThreadPoolForLocalEndpoints();
        app.Run(last);
        return app.Build();
    }
}
