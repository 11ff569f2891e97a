using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using OwlBoard.Forwarding.Transport;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>An idle connection is parked outside of Kestrel, invisibly to its client.</summary>
[Trait("Category", "Integration")]
public sealed class ParkingTests : IAsyncLifetime
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(75);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private FakeGateway _gateway = null!;
    private TestLoadBalancer _loadBalancer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ConnectionGate Gate => _loadBalancer.Services.GetRequiredService<ConnectionGate>();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(SocketLoops.IsSupported, "Linux only.");
        _gateway = await FakeGateway.StartAsync("gw-1");
        _gateway.Answer = async context => await context.Response.WriteAsync(
            $"{context.Request.Path}{await new StreamReader(context.Request.Body).ReadToEndAsync()}");
        _loadBalancer = TestLoadBalancer.Start([_gateway], services: services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _loadBalancer.DisposeAsync();
            await _gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Parked_connection_is_served_again_and_again()
    {
        using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(Get);
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
            await IsParkedAsync();
            Assert.Equal(1, Gate.Count);
        }

        client.Dispose();
        await Eventually.IsTrueAsync("the connection no longer counts", () => Gate.Count == 0);
    }

    [Fact]
    public async Task Connection_that_has_never_sent_anything_is_parked_too()
    {
        using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
        await Eventually.IsTrueAsync("the connection is accepted", () => Gate.Count == 1);
        await IsParkedAsync();

        await client.SendAsync(Get);

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Theory]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n")]
    public async Task Connection_in_the_middle_of_a_request_is_not_parked(string part)
    {
        using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
        await client.SendAsync(Get + part);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        await IsNotParkedAsync();

        await client.SendAsync(Get[part.Length..]);

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Connection_whose_request_had_a_body_is_parked_after_the_next_request_without()
    {
        using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        Assert.Equal("/abc", (await client.ReadResponseAsync()).Body);
        await IsNotParkedAsync();

        await client.SendAsync(Get);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        await IsParkedAsync();
    }

    [Fact]
    public async Task Parked_connection_is_closed_when_its_keep_alive_time_is_over()
    {
        using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
        await client.SendAsync(Get);
        await client.ReadResponseAsync();
        await IsParkedAsync();

        Gate.Sweep(TimeSpan.Zero, KeepAlive);
        Assert.Equal(1, Gate.Count);
        _time.Advance(KeepAlive);
        Gate.Sweep(TimeSpan.Zero, KeepAlive);

        Assert.Equal("", await client.ReadToEndAsync());
        await Eventually.IsTrueAsync("the connection no longer counts", () => Gate.Count == 0);
    }

    [Fact]
    public async Task Parked_connections_are_closed_when_the_server_stops()
    {
        using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
        await client.SendAsync(Get);
        await client.ReadResponseAsync();
        await IsParkedAsync();

        await _loadBalancer.DisposeAsync();

        Assert.Equal("", await client.ReadToEndAsync());
    }

    /// <summary>Every connection is parked as soon as it is idle, while clients send at any time.</summary>
    [Fact]
    public async Task No_request_is_lost_while_connections_are_parked_and_resumed()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sweeping = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                Gate.Sweep(parkAfter: TimeSpan.Zero, KeepAlive);
            }
        }, Token);

        var resumed = 0;
        await Parallel.ForAsync(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (number, _) =>
        {
            using var client = await RawClient.ConnectAsync(_loadBalancer.Desktop);
            var random = new Random(number);
            for (var i = 0; i < 100; i++)
            {
                var path = $"/{number}-{i}";
                var head = $"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n";
                var cut = random.Next(3) == 0 ? random.Next(1, head.Length) : head.Length;
                await client.SendAsync(head[..cut]);
                if (random.Next(2) == 0)
                {
                    await Task.Yield();
                }

                if (cut < head.Length)
                {
                    await client.SendAsync(head[cut..]);
                }

                Assert.Equal(path, (await client.ReadResponseAsync()).Body);
                if (random.Next(4) == 0 && Gate.Parked > 0)
                {
                    Interlocked.Increment(ref resumed);
                }
            }
        });

        await end.CancelAsync();
        await sweeping;
        Assert.NotEqual(0, resumed);
        await Eventually.IsTrueAsync("no connection counts", () => Gate.Count == 0);
    }

    private Task IsParkedAsync() => Eventually.IsTrueAsync("the connection is parked", () =>
    {
        Gate.Sweep(TimeSpan.Zero, KeepAlive);
        return Gate.Parked == 1;
    });

    private async Task IsNotParkedAsync()
    {
        for (var i = 0; i < 10; i++)
        {
            Gate.Sweep(TimeSpan.Zero, KeepAlive);
            await Task.Yield();
            Assert.Equal(0, Gate.Parked);
        }
    }
}
