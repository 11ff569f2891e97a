using System.Diagnostics;
using System.Net;
using OwlBoard.LoadBalancer.Limits;
using OwlBoard.LoadBalancer.Requests;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Unit")]
public sealed class LeakyBucketTableTests
{
    /// <summary>A bucket in ticks of 1 µs: 100 requests per second, burst 20.</summary>
    private static readonly LeakyBucket Bucket = LeakyBucket.Create(100, 20, 1_000_000);

    /// <summary>A bucket that takes 20 s to drain, so that a client stays in the table until the end of a test.</summary>
    private static readonly LeakyBucket Slow = LeakyBucket.Create(0.05, 0, 1_000_000);

    [Fact]
    public void Burst_and_one_pass_at_once_and_then_one_each_interval()
    {
        var table = new LeakyBucketTable(clients: 1000);

        Assert.Equal(21, Take(table, 1, now: 5_000_000, times: 100));
        Assert.Equal(0, Take(table, 1, now: 5_009_999, times: 100));
        for (var i = 1; i <= 50; i++)
        {
            Assert.Equal(1, Take(table, 1, now: 5_000_000 + (i * 10_000), times: 3));
        }
    }

    [Fact]
    public void Requests_at_the_rate_pass_for_ever()
    {
        var table = new LeakyBucketTable(clients: 1000);

        for (var i = 0; i < 10_000; i++)
        {
            Assert.Equal(1, Take(table, 1, now: i * 10_000L, times: 1));
        }
    }

    [Fact]
    public void A_bucket_that_had_time_to_empty_is_as_new_but_not_more()
    {
        var table = new LeakyBucketTable(clients: 1000);
        Take(table, 1, now: 1_000_000, times: 21);

        // 5 requests leak in 50 ms; in an hour at most all of them.
        Assert.Equal(5, Take(table, 1, now: 1_050_000, times: 100));
        Assert.Equal(21, Take(table, 1, now: 3_601_000_000, times: 100));
    }

    [Fact]
    public void The_wait_is_the_time_until_one_more_fits()
    {
        var table = new LeakyBucketTable(clients: 1000);
        Take(table, 1, now: 1_000_000, times: 21);

        Assert.False(table.TryTake(1, 1_003_000, Bucket, out var wait));
        Assert.Equal(7_000, wait);
        Assert.False(table.TryTake(1, 1_003_000 + wait - 1, Bucket, out _));
        Assert.True(table.TryTake(1, 1_003_000 + wait, Bucket, out _));
    }

    [Fact]
    public void Clients_do_not_share_buckets()
    {
        var table = new LeakyBucketTable(clients: 100_000);

        for (var client = 1UL; client <= 20_000; client++)
        {
            Assert.Equal(21, Take(table, client, now: 1_000_000, times: 22));
        }
    }

    [Fact]
    public async Task Threads_together_get_what_one_would_while_the_table_grows()
    {
        var table = new LeakyBucketTable(clients: 1_000_000);
        var passed = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                // New clients make the array grow while the threads share client 1.
                table.TryTake((ulong)(1_000_000 + (thread * 100_000) + i), 1_000_000, Slow, out _);
                if (table.TryTake(1, 1_000_000, Bucket with { Tolerance = Bucket.Interval * 999 }, out _))
                {
                    Interlocked.Increment(ref passed);
                }
            }
        })));

        Assert.Equal(1_000, passed);
        Assert.Equal(80_001, table.Count(1_000_000));
    }

    [Fact]
    public void A_million_clients_stay_far_below_200_MB_and_are_remembered()
    {
        const int Clients = 1_000_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var table = new LeakyBucketTable(Clients);
        var started = Stopwatch.GetTimestamp();
        for (var client = 1UL; client <= Clients; client++)
        {
            Assert.True(table.TryTake(client, 1_000_000, Slow, out _));
        }

        var added = Stopwatch.GetElapsedTime(started);
        var memory = GC.GetAllocatedBytesForCurrentThread() - before;
        started = Stopwatch.GetTimestamp();
        var refused = 0;
        for (var client = 1UL; client <= Clients; client++)
        {
            refused += table.TryTake(client, 1_000_000, Slow, out _) ? 0 : 1;
        }

        var asked = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{memory / 1e6:0.0} MB allocated; {added.TotalNanoseconds / Clients:0} ns for a new client, {asked.TotalNanoseconds / Clients:0} ns for a known one; {refused} remembered");
        Assert.Equal(2 * 1024 * 1024, table.Size);
        // The array takes 33.6 MB; the smaller arrays that it replaced take the same in total.
        Assert.InRange(memory, 33_000_000, 70_000_000);
        Assert.InRange(refused, Clients * 0.98, Clients);
    }

    [Fact]
    public void A_full_table_forgets_the_emptiest_and_neither_refuses_newcomers_nor_spares_the_worst()
    {
        var table = new LeakyBucketTable(clients: 1_000);
        for (var i = 0; i < 21; i++)
        {
            table.TryTake(1, 1_000_000, Bucket, out _);
        }

        for (var client = 2UL; client <= 100_000; client++)
        {
            Assert.True(table.TryTake(client, 1_000_000, Bucket, out _));
        }

        Assert.Equal(2048, table.Size);
        Assert.False(table.TryTake(1, 1_000_000, Bucket, out _));
    }

    [Fact]
    public void Idle_clients_make_room_before_the_table_grows()
    {
        var table = new LeakyBucketTable(clients: 1_000_000);

        for (var client = 1UL; client <= 1_000_000; client++)
        {
            // One client per millisecond, each idle again 10 ms later.
            Assert.True(table.TryTake(client, (long)client * 1_000, Bucket, out _));
        }

        Assert.Equal(1024, table.Size);
    }

    [Fact]
    public void Memory_that_a_flood_took_is_given_back()
    {
        var table = new LeakyBucketTable(clients: 1_000_000);
        for (var client = 1UL; client <= 100_000; client++)
        {
            table.TryTake(client, 1_000_000, Slow, out _);
        }

        table.TryTake(7, 20_000_000, Slow, out _);
        table.Trim(20_000_000);
        Assert.True(table.Size >= 131_072);

        table.TryTake(9, 30_000_000, Slow, out _);
        table.Trim(30_000_000);
        Assert.Equal(1024, table.Size);
        Assert.False(table.TryTake(9, 30_000_000, Slow, out _));
    }

    [Fact]
    public void Known_clients_cost_no_allocation()
    {
        var table = new LeakyBucketTable(clients: 1_000);
        Take(table, 1, now: 1_000_000, times: 30);

        Assert.Equal(0, Allocations.By(() => Take(table, 1, now: 2_000_000, times: 1)));
    }

    [Theory]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void An_ipv6_client_is_a_64_and_a_mapped_address_is_ipv4(string one, string other, bool same)
    {
        Assert.NotEqual(0UL, ClientNetwork.Of(IPAddress.Parse(one)));
        Assert.Equal(same, ClientNetwork.Of(IPAddress.Parse(one)) == ClientNetwork.Of(IPAddress.Parse(other)));
    }

    private static int Take(LeakyBucketTable table, ulong client, long now, int times)
    {
        var passed = 0;
        for (var i = 0; i < times; i++)
        {
            passed += table.TryTake(client, now, Bucket, out _) ? 1 : 0;
        }

        return passed;
    }
}
