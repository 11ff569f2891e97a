using System.Net;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Limits;

namespace OwlBoard.MicroBenchmarks;

/// <summary>Checks the rate limit once, with 10,000 known clients. Allocates nothing.</summary>
[MemoryDiagnoser]
public class RateLimiterBenchmarks
{
    private const int Clients = 10_000;

    private static readonly PathString Path = "/api/canvas";

    private readonly IPAddress[] _clients = [.. Enumerable.Range(0, Clients).Select(i => new IPAddress([10, 0, (byte)(i >> 8), (byte)i]))];
    private LiveOptions _limits = null!;
    private LiveOptions _tight = null!;
    private RateLimiter _limiter = null!;
    private RateLimiter _refusing = null!;
    private int _next;

    [GlobalSetup]
    public void Start()
    {
        // The limit is never reached, and no client is evicted.
        _limits = Settings.Create(("RateLimit:RequestsPerSecond", "1000000"), ("RateLimit:Burst", "1000000"));
        _limiter = new RateLimiter(RateLimit(_limits), TimeProvider.System);
        // One request per 1,000 s.
        _tight = Settings.Create(("RateLimit:RequestsPerSecond", "0.001"), ("RateLimit:Burst", "0"));
        _refusing = new RateLimiter(RateLimit(_tight), TimeProvider.System);
        foreach (var client in _clients)
        {
            _limiter.TryTake(Path, client, out _, out _);
            _refusing.TryTake(Path, client, out _, out _);
        }
    }

    [GlobalCleanup]
    public void Stop()
    {
        _limiter.Dispose();
        _refusing.Dispose();
        _limits.Dispose();
        _tight.Dispose();
    }

    [Benchmark(Baseline = true)]
    public bool Within() => _limiter.TryTake(Path, Next(), out _, out _);

    [Benchmark]
    public bool Refused() => _refusing.TryTake(Path, Next(), out _, out _);

    private static OptionsSection<RateLimitOptions> RateLimit(LiveOptions options) => new(options, static options => options.RateLimit);

    private IPAddress Next() => _clients[_next = (_next + 1) % Clients];
}
