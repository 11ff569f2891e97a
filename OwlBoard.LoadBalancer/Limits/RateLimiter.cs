using System.Net;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Applies the rate limit of a request's path to its client.</summary>
internal sealed class RateLimiter : IDisposable
{
    private static readonly TimeSpan TrimPeriod = TimeSpan.FromMinutes(1);

    private readonly IDisposable? _reload;
    private readonly TimeProvider _time;
    private readonly ITimer _trimming;

    /// <summary>The rules, the longest path first. The last one applies to all other paths.</summary>
    private volatile RateLimitRule[] _rules = [];

    public RateLimiter(IOptionsMonitor<RateLimitOptions> options, TimeProvider time)
    {
        _time = time;
        Update(options.CurrentValue);
        _reload = options.OnChange(Update);
        _trimming = time.CreateTimer(Trim, state: null, TrimPeriod, TrimPeriod);
    }

    /// <summary>The rules in force.</summary>
    public IReadOnlyList<RateLimitRule> Rules => _rules;

    public void Dispose()
    {
        _reload?.Dispose();
        _trimming.Dispose();
    }

    /// <summary>Counts a request if it is within the limit.</summary>
    /// <param name="path">The path of the request.</param>
    /// <param name="client">The address of the client.</param>
    /// <param name="rule">The rule that applies.</param>
    /// <param name="wait">The time until the request would be within the limit; zero if it is.</param>
    /// <returns><see langword="true"/> if the request is within the limit.</returns>
    public bool TryTake(PathString path, IPAddress client, out RateLimitRule rule, out TimeSpan wait)
    {
        rule = RuleOf(path);
        wait = default;
        if (rule.Bucket is not { } bucket || rule.Table!.TryTake(ClientNetwork.Of(client), _time.GetTimestamp(), bucket, out var ticks))
        {
            return true;
        }

        wait = _time.GetElapsedTime(0, ticks);
        return false;
    }

    private RateLimitRule RuleOf(PathString path)
    {
        var rules = _rules;
        var i = 0;
        while (i < rules.Length - 1 && !path.StartsWithSegments(rules[i].Path))
        {
            i++;
        }

        return rules[i];
    }

    private void Update(RateLimitOptions limits)
    {
        var before = _rules;
        _rules =
        [
            .. limits.Routes.OrderByDescending(route => route.Path.Length).Select(route =>
                Rule(route.Path.TrimEnd('/'), route.RequestsPerSecond ?? limits.RequestsPerSecond, route.Burst ?? limits.Burst)),
            Rule(PathString.Empty, limits.RequestsPerSecond, limits.Burst),
        ];

        RateLimitRule Rule(PathString path, double requestsPerSecond, int burst)
        {
            LeakyBucket? bucket = requestsPerSecond > 0 ? LeakyBucket.Create(requestsPerSecond, burst, _time.TimestampFrequency) : null;
            var known = before.FirstOrDefault(rule => rule.Path == path && rule.Bucket == bucket && rule.Clients == limits.Clients);
            return known ?? new RateLimitRule(path, bucket, limits.Clients) { Table = bucket is null ? null : new LeakyBucketTable(limits.Clients) };
        }
    }

    private void Trim(object? state)
    {
        foreach (var rule in _rules)
        {
            rule.Table?.Trim(_time.GetTimestamp());
        }
    }
}
