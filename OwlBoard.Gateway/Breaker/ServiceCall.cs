using System.Globalization;
using OwlBoard.Gateway.Upstream;
using Polly;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Gateway.Breaker;

/// <summary>One request on its way to a service, as the breaker sees it: until the answer begins.</summary>
internal sealed class ServiceCall : IDisposable
{
    /// <summary>Whoever waits for it goes on where the answer begins: the request is one thread's at a time.</summary>
    private readonly TaskCompletionSource _answered = new();

    private readonly HttpContext _context;
    private readonly RequestDelegate _next;
    private readonly CancellationToken _requestAborted;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _clientGoneOrDeadline;
    private Task _forwarding = Task.CompletedTask;

    /// <param name="context">The request.</param>
    /// <param name="next">What forwards it.</param>
    /// <param name="timeout">When to give up waiting for the answer to begin; null where the proxy itself does.</param>
    /// <param name="time">The clock.</param>
    public ServiceCall(HttpContext context, RequestDelegate next, TimeSpan? timeout, TimeProvider time)
    {
        _context = context;
        _next = next;
        if (timeout is { } limit)
        {
            _requestAborted = context.RequestAborted;
            _deadline = new(limit, time);
            _clientGoneOrDeadline = CancellationTokenSource.CreateLinkedTokenSource(_requestAborted, _deadline.Token);
            context.RequestAborted = _clientGoneOrDeadline.Token;
        }
    }

    public bool IsTimedOut => _deadline is { IsCancellationRequested: true };

    /// <summary>Forwards the request and waits until the answer begins, or never will.</summary>
    public async ValueTask<Outcome<ServiceOutcome>> StartAsync()
    {
        _context.Response.OnStarting(static call =>
        {
            ((ServiceCall)call).OnAnswered();
            return Task.CompletedTask;
        }, this);
        _forwarding = _next(_context);
        await Task.WhenAny(_forwarding, _answered.Task);
        return Outcome.FromResult(Judge());
    }

    /// <summary>Waits until everything is forwarded.</summary>
    public async Task EndAsync()
    {
        try
        {
            await _forwarding;
        }
        finally
        {
            Restore();
        }
    }

    /// <summary>What came of it, where it failed: for the log.</summary>
    public string DescribeFailure() => _context.GetForwarderErrorFeature() switch
    {
        _ when IsTimedOut => "no answer in time",
        { Exception: { } failure } => failure.GetBaseException().Message,
        { Error: var error } => error.ToString(),
        null => string.Create(CultureInfo.InvariantCulture, $"it answered {_context.Response.StatusCode}"),
    };

    public void Dispose()
    {
        Restore();
        _clientGoneOrDeadline?.Dispose();
        _deadline?.Dispose();
    }

    private void Restore()
    {
        if (_deadline is not null)
        {
            _context.RequestAborted = _requestAborted;
        }
    }

    private void OnAnswered()
    {
        _deadline?.CancelAfter(Timeout.InfiniteTimeSpan);
        _answered.TrySetResult();
    }

    private ServiceOutcome Judge()
    {
        if (IsTimedOut)
        {
            return ServiceOutcome.Down;
        }

        // Asked only now: a request whose token nobody asks for needs none.
        var outcome = JudgeAnswer();
        return outcome != ServiceOutcome.Up && (_deadline is null ? _context.RequestAborted : _requestAborted).IsCancellationRequested
            ? ServiceOutcome.Up
            : outcome;
    }

    private ServiceOutcome JudgeAnswer()
    {
        var failure = _context.GetForwarderErrorFeature();
        if (TrustFailure.Find(failure?.Exception) is not null)
        {
            return ServiceOutcome.Untrusted;
        }

        return failure?.Error switch
        {
            null => _context.Response.StatusCode is StatusCodes.Status502BadGateway
                or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout
                    ? ServiceOutcome.Down
                    : ServiceOutcome.Up,
            ForwarderError.RequestBodyClient or ForwarderError.RequestCreation => ServiceOutcome.Up,
            _ => ServiceOutcome.Down,
        };
    }
}
