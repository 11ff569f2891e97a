using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>Tests of behaviour that all balancing algorithms share.</summary>
[Trait("Category", "Unit")]
public sealed class PolicyTests
{
    public static TheoryData<string> Algorithms => [.. OwlBoard.LoadBalancer.Balancing.Algorithms.All];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Picks_do_not_allocate(string algorithm)
    {
        using var fixture = new PolicyFixture(algorithm, [1, 2, 1, 1]);
        fixture.Gateways[3].BeginRamp();
        var context = PolicyFixture.Request();
        var available = fixture.Available();

        Assert.Equal(0, Allocations.By(() => fixture.Pick(context, available).Release()));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Concurrent_picks_keep_the_counts_exact_and_the_spread_even(string algorithm)
    {
        const int Threads = 8;
        const int PicksPerThread = 5_000;
        using var fixture = new PolicyFixture(algorithm, [1, 1, 1, 1]);
        var picked = Enumerable.Range(0, Threads).Select(_ => new List<GatewayUnderTest>(PicksPerThread)).ToArray();

        InParallel(thread =>
        {
            for (var i = 0; i < PicksPerThread; i++)
            {
                picked[thread].Add(fixture.Pick(PolicyFixture.Request($"10.{thread}.{i >> 8}.{i & 255}")));
            }
        });

        Assert.All(fixture.Gateways, gateway => Assert.Equal(picked.Sum(own => own.Count(one => one == gateway)), gateway.Active));
        const int Mean = Threads * PicksPerThread / 4;
        Assert.All(fixture.Gateways, gateway => Assert.InRange(gateway.Active, Mean * 0.95, Mean * 1.05));

        InParallel(thread => picked[thread].ForEach(gateway =>
        {
            fixture.Pick(PolicyFixture.Request()).Release();
            gateway.Release();
        }));

        Assert.All(fixture.Gateways, gateway => Assert.Equal(0, gateway.Active));

        static void InParallel(Action<int> work)
        {
            using var start = new Barrier(Threads);
            var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
            {
                start.SignalAndWait();
                work(thread);
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_burst_that_is_not_answered_is_spread_evenly(string algorithm)
    {
        using var fixture = new PolicyFixture(algorithm, [1, 1, 1, 1]);

        for (var i = 0; i < 400; i++)
        {
            fixture.Pick(PolicyFixture.Request());
        }

        // With consistent_hash, all requests hash to one gateway, which gets at most 1.25 times the mean.
        Assert.All(fixture.Gateways, gateway => Assert.InRange(gateway.Active, 25, 126));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Without_a_gateway_there_is_no_pick(string algorithm)
    {
        using var fixture = new PolicyFixture(algorithm, [1]);

        Assert.Null(fixture.Policy.PickDestination(PolicyFixture.Request(), new Yarp.ReverseProxy.Model.ClusterState("gateways"), []));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_gateway_that_comes_back_starts_with_a_tenth_of_its_share(string algorithm)
    {
        using var fixture = new PolicyFixture(algorithm, [1, 1]);
        fixture.Gateways[0].BeginRamp();

        var shares = new List<double>();
        foreach (var seconds in new[] { 0, 5, 5 })
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(seconds));
            var own = 0;
            for (var i = 0; i < 11_000; i++)
            {
                var gateway = fixture.Pick(PolicyFixture.Request($"10.1.{i >> 8}.{i & 255}"));
                own += gateway == fixture.Gateways[0] ? 1 : 0;
                gateway.Release();
            }

            shares.Add(own / 11_000.0);
        }

        Assert.Equal(0.1 / 1.1, shares[0], 0.02);
        Assert.Equal(0.5 / 1.5, shares[1], 0.02);
        Assert.Equal(0.5, shares[2], 0.02);
    }
}
