using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Yarp.ReverseProxy.Configuration;

namespace OwlBoard.Gateway.Breaker;

/// <summary>
/// A circuit breaker for each route, so that neither a service that is down nor a route that is slow takes others along.
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

    [LoggerMessage(1, LogLevel.Warning, "{Route} fails ({Reason}): its requests are refused for {Duration}")]
    private partial void LogOpened(string? route, string reason, TimeSpan duration);

    [LoggerMessage(2, LogLevel.Information, "{Route} gets one request to see whether it works again")]
    private partial void LogProbing(string? route);

    [LoggerMessage(3, LogLevel.Information, "{Route} works again")]
    private partial void LogClosed(string? route);
}
