using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OwlBoard.Gateway.Configuration;
using Polly;
using Polly.CircuitBreaker;
using Yarp.ReverseProxy.Configuration;

namespace OwlBoard.Gateway.Breaker;

/// <summary>
/// The circuit breakers, one per route, so that a failing service or a slow route does not affect the others.
/// </summary>
internal sealed partial class RouteBreakers(
    IOptions<GatewayOptions> options, TimeProvider time, ILogger<RouteBreakers> logger)
{
    private readonly ConcurrentDictionary<string, ResiliencePipeline<ServiceCall>> _breakers = new(StringComparer.Ordinal);

    public ResiliencePipeline<ServiceCall> For(RouteConfig route) =>
        _breakers.TryGetValue(route.RouteId, out var breaker) ? breaker : Add(route);

    private ResiliencePipeline<ServiceCall> Add(RouteConfig route) => _breakers.GetOrAdd(route.RouteId, _ => Create(route.Match.Path));

    private ResiliencePipeline<ServiceCall> Create(string? path)
    {
        var breaker = options.Value.Breaker;
        return new ResiliencePipelineBuilder<ServiceCall> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ServiceCall>
            {
                FailureRatio = breaker.FailureRatio,
                MinimumThroughput = breaker.MinimumRequests,
                SamplingDuration = breaker.Window,
                BreakDuration = breaker.BreakDuration,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { Outcome: ServiceOutcome.Failed }),
                OnOpened = arguments =>
                {
                    LogOpened(path, arguments.Outcome.Result!.DescribeFailure(), arguments.BreakDuration);
                    return default;
                },
                OnHalfOpened = _ =>
                {
                    LogProbing(path);
                    return default;
                },
                OnClosed = _ =>
                {
                    LogClosed(path);
                    return default;
                },
            })
            .Build();
    }

    [LoggerMessage(1, LogLevel.Warning, "Circuit breaker of {Route} opened ({Reason}); refusing its requests for {Duration}.")]
    private partial void LogOpened(string? route, string reason, TimeSpan duration);

    [LoggerMessage(2, LogLevel.Information, "Circuit breaker of {Route} is half-open; forwarding one request as a probe.")]
    private partial void LogProbing(string? route);

    [LoggerMessage(3, LogLevel.Information, "Circuit breaker of {Route} closed.")]
    private partial void LogClosed(string? route);
}
