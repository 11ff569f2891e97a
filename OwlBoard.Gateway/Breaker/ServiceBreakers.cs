using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;

namespace OwlBoard.Gateway.Breaker;

/// <summary>A circuit breaker for each service, so that one that is down takes no other along.</summary>
internal sealed partial class ServiceBreakers(
    IOptions<GatewayOptions> options, TimeProvider time, ILogger<ServiceBreakers> logger)
{
    private readonly ConcurrentDictionary<string, ResiliencePipeline<ServiceCall>> _breakers = new(StringComparer.Ordinal);

    public ResiliencePipeline<ServiceCall> For(string service) => _breakers.GetOrAdd(service, Create);

    private ResiliencePipeline<ServiceCall> Create(string service)
    {
        var breaker = options.Value.Breaker;
        return new ResiliencePipelineBuilder<ServiceCall> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ServiceCall>
            {
                FailureRatio = breaker.FailureRatio,
                MinimumThroughput = breaker.MinimumRequests,
                SamplingDuration = breaker.Window,
                BreakDuration = breaker.BreakDuration,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { Outcome: ServiceOutcome.Down }),
                OnOpened = arguments =>
                {
                    LogOpened(service, arguments.Outcome.Result!.DescribeFailure(), arguments.BreakDuration);
                    return default;
                },
                OnHalfOpened = _ =>
                {
                    LogProbing(service);
                    return default;
                },
                OnClosed = _ =>
                {
                    LogClosed(service);
                    return default;
                },
            })
            .Build();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Service} is down ({Reason}): requests for it are refused for {Duration}")]
    private partial void LogOpened(string service, string reason, TimeSpan duration);

    [LoggerMessage(2, LogLevel.Information, "{Service} gets one request to see whether it is back")]
    private partial void LogProbing(string service);

    [LoggerMessage(3, LogLevel.Information, "{Service} is back")]
    private partial void LogClosed(string service);
}
