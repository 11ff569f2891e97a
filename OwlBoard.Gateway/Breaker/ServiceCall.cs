using System.Threading.Tasks.Sources;
using OwlBoard.Gateway.Upstream;
using Polly;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Breaker;

/// <summary>A request to a service as the circuit breaker measures it: until the response starts.</summary>
internal sealed class ServiceCall : IValueTaskSource<Outcome<ServiceCall>>
{
    private readonly HttpContext _context;
    private readonly RequestDelegate _next;
    private ManualResetValueTaskSourceCore<Outcome<ServiceCall>> _start;
    private int _isConcluded;

    /// <param name="context">The request.</param>
    /// <param name="next">The delegate that forwards it.</param>
    public ServiceCall(HttpContext context, RequestDelegate next)
    {
        _context = context;
        _next = next;
    }

    /// <summary>A task that completes when the exchange is complete.</summary>
    public Task Forwarding { get; private set; } = Task.CompletedTask;

    /// <summary>The outcome for the breaker, set when the response has started or the exchange has failed.</summary>
    public ServiceOutcome Outcome { get; private set; }

    /// <summary>
    /// Forwards the request and completes when the response starts or the exchange fails. The continuation runs inline at
    /// that point, so only one thread at a time uses the request.
    /// </summary>
    public ValueTask<Outcome<ServiceCall>> StartAsync()
    {
        _context.Response.OnStarting(static call =>
        {
            ((ServiceCall)call).Conclude();
            return Task.CompletedTask;
        }, this);
        Forwarding = ForwardAsync();
        return new ValueTask<Outcome<ServiceCall>>(this, _start.Version);
    }

    Outcome<ServiceCall> IValueTaskSource<Outcome<ServiceCall>>.GetResult(short token) => _start.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Outcome<ServiceCall>>.GetStatus(short token) => _start.GetStatus(token);

    void IValueTaskSource<Outcome<ServiceCall>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _start.OnCompleted(continuation, state, token, flags);

    /// <summary>Returns the reason for a failure, for the log.</summary>
    public string DescribeFailure() => _context.GetForwarderErrorFeature() switch
    {
        { Error: ForwarderError.RequestTimedOut } => "no response in time",
        { Exception: { } failure } => failure.GetBaseException().Message,
        var failure => $"{failure?.Error}",
    };

    private async Task ForwardAsync()
    {
        try
        {
            await _next(_context);
        }
        finally
        {
            Conclude();
        }
    }

    private void Conclude()
    {
        if (Interlocked.Exchange(ref _isConcluded, 1) == 0)
        {
            Outcome = Judge();
            _start.SetResult(Polly.Outcome.FromResult(this));
        }
    }

    private ServiceOutcome Judge()
    {
        // RequestAborted is read only after a failure: Kestrel allocates the token on first use.
        var outcome = ClassifyResponse();
        return outcome != ServiceOutcome.Up && _context.RequestAborted.IsCancellationRequested
            ? ServiceOutcome.Up
            : outcome;
    }

    private ServiceOutcome ClassifyResponse()
    {
        var failure = _context.GetForwarderErrorFeature();
        if (TrustFailure.Find(failure?.Exception) is not null)
        {
            return ServiceOutcome.Untrusted;
        }

        return failure?.Error switch
        {
            null or ForwarderError.RequestBodyClient or ForwarderError.RequestCreation => ServiceOutcome.Up,
            _ => ServiceOutcome.Failed,
        };
    }
}
