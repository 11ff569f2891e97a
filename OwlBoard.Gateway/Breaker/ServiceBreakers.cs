using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;

namespace OwlBoard.Gateway.Breaker;

/// <summary>A circuit breaker for each service, so that one that is down takes no other along.</summary>
internal sealed partial class ServiceBreakers(
    IOptions<GatewayOptions> options, TimeProvider time, ILogger<ServiceBreakers> logger)
{
    /// <summary>The call that a breaker judges, for the reason that it logs.</summary>
    public static readonly ResiliencePropertyKey<ServiceCall> Call = new("OwlBoard.ServiceCall");

    private readonly ConcurrentDictionary<string, ResiliencePipeline<ServiceOutcome>> _breakers = new(StringComparer.Ordinal);

    public ResiliencePipeline<ServiceOutcome> For(string service) => _breakers.GetOrAdd(service, Create);

    private ResiliencePipeline<ServiceOutcome> Create(string service)
    {
        var breaker = options.Value.Breaker;
        return new ResiliencePipelineBuilder<ServiceOutcome> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ServiceOutcome>
            {
                FailureRatio = breaker.FailureRatio,
                MinimumThroughput = breaker.MinimumRequests,
                SamplingDuration = breaker.Window,
                BreakDuration = breaker.BreakDuration,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result == ServiceOutcome.Down),
                OnOpened = arguments =>
                {
                    var reason = arguments.Context.Properties.GetValue(Call, null!).DescribeFailure();
                    LogOpened(service, reason, arguments.BreakDuration);
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
