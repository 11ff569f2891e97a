using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.LoadBalancer.Forwarding;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Health;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Retry;

/// <summary>What happens to one client request on its way to a gateway and, if need be, to the next one.</summary>
internal sealed class ProxiedRequest(ResponseProgress progress) : IDisposable
{
    /// <summary>YARP moves its timer at most every 20 ms.</summary>
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(50);

    private TimeSpan _bodyTimeout;
    private CancellationTokenSource? _tryCancellation;
    private CancellationTokenRegistration _deadGateway;
    private TryOutcome? _answer;
    private bool _headReceived;
    private bool _isExchange;

    /// <summary>Whether the request may be sent twice to the same effect as once.</summary>
    public bool IsIdempotent { get; private set; }

    /// <summary>When it came, on the injected clock's monotonic scale.</summary>
    public long Started => progress.Started;

    /// <summary>The gateways that were tried, in order.</summary>
    public ImmutableArray<Gateway> Tried { get; set; }

    /// <summary>The gateway that the present try goes to, counted as active there.</summary>
    public Gateway? Gateway { get; private set; }

    /// <summary>The attempts before the current one that sent something to a gateway; those that did not are not counted.</summary>
    public int Sent { get; private set; }

    /// <summary>Gets or sets whether the request moves to another gateway if probes declare its own dead before the response begins.</summary>
    public bool MayMove { get; set; }

    /// <summary>The gateways among which the next attempt picks one; <see langword="null"/> unless another attempt follows.</summary>
    public IReadOnlyList<DestinationState>? Next { get; set; }

    /// <summary>The request's body, if it has one.</summary>
    public ReplayableBody? Body { get; set; }

    /// <summary>What the forwarder said of the last try.</summary>
    public ForwarderError Error { get; private set; }

    /// <summary>What became of the last try.</summary>
    public TryOutcome? Outcome { get; private set; }

    /// <summary>Ends the present try, as long as there is no answer, without ending the client's request.</summary>
    public CancellationToken TryToken { get; private set; }

    /// <summary>The request that the context is part of.</summary>
    public static ProxiedRequest Of(HttpContext context) =>
        ResponseProgress.Find(context)?.Request
        ?? throw new InvalidOperationException($"{nameof(RetryMiddleware)} has to run before the load balancing policies.");

    /// <summary>Begins with the next request of the same response's connection.</summary>
    /// <param name="isIdempotent">Whether it may be sent twice to the same effect as once.</param>
    /// <param name="bodyTimeout">How long its gateway may send nothing in the middle of the answer.</param>
    public void Begin(bool isIdempotent, TimeSpan bodyTimeout)
    {
        IsIdempotent = isIdempotent;
        _bodyTimeout = bodyTimeout;
        Tried = [];
        Sent = 0;
        MayMove = false;
        Body = null;
        Error = ForwarderError.None;
        Outcome = null;
        Rewind();
    }

    /// <summary>The request was counted at this gateway.</summary>
    public void Acquired(Gateway gateway)
    {
        Gateway = gateway;
        Tried = Tried.IsEmpty ? gateway.Alone : Tried.Add(gateway);
    }

    /// <summary>
    /// The try begins, over a connection that heeds <see cref="TryToken"/> only until there is an answer. If probes declare
    /// the gateway dead until then, an idempotent request moves on.
    /// </summary>
    public void BeginTry() => TryToken = IsIdempotent && MayMove && Gateway is { } gateway ? gateway.Condition.Dead : CancellationToken.None;

    /// <summary>The try begins, with a token that is not ended any more once there is an answer.</summary>
    public void BeginTryWithOwnToken()
    {
        _tryCancellation = new CancellationTokenSource();
        TryToken = _tryCancellation.Token;
        if (IsIdempotent && MayMove && Gateway is { } gateway)
        {
            _deadGateway = gateway.Condition.Dead.UnsafeRegister(
                static request => ((ProxiedRequest)request!).OnDeclaredDead(), this);
        }
    }

    /// <summary>Whether the present try needs a connection beside those that are kept.</summary>
    public bool BypassesPool { get; private set; }

    /// <summary>The try needs a connection for a request and its answer.</summary>
    public void BeginExchange(int idleConnections)
    {
        _isExchange = true;
        BypassesPool = Gateway?.BeginExchange() > idleConnections;
    }

    /// <summary>The try needs a connection for itself: a WebSocket.</summary>
    public void BeginUpgrade() => BypassesPool = true;

    /// <summary>The gateway's response head is here: from now on the try is only ended by what happens to it itself.</summary>
    /// <returns>What the answer means, if all of it comes.</returns>
    public TryOutcome HeadReceived(HttpResponse response)
    {
        Volatile.Write(ref _headReceived, true);
        progress.Progressed();
        _deadGateway.Unregister();
        return _answer = TryOutcome.OfAnswer(response);
    }

    /// <summary>Says what became of the present try.</summary>
    public TryOutcome ConcludeTry(HttpContext context, ForwarderError error)
    {
        Error = error;
        return Outcome = Judge(context);
    }

    /// <summary>The try is over: the gateway serves one request less.</summary>
    public void EndTry()
    {
        _deadGateway.Dispose();
        _deadGateway = default;
        _tryCancellation?.Dispose();
        _tryCancellation = null;
        if (_isExchange)
        {
            _isExchange = false;
            Gateway?.EndExchange();
        }

        Gateway?.Release();
        Gateway = null;
    }

    /// <summary>Forgets the last try's outcome, so that the next one can begin.</summary>
    public void Rewind()
    {
        if (Outcome is { NothingSent: false })
        {
            Sent++;
        }

        Outcome = null;
        Next = null;
        _answer = null;
        _headReceived = false;
        BypassesPool = false;
        Body?.Rewind();
    }

    public void Dispose()
    {
        EndTry();
        Body?.Dispose();
    }

    private void OnDeclaredDead()
    {
        if (!Volatile.Read(ref _headReceived))
        {
            _tryCancellation?.Cancel();
        }
    }

    // Whether the request was aborted says little: the proxy aborts it too, when a response ends in the middle.
    private TryOutcome Judge(HttpContext context) => Error switch
    {
        ForwarderError.None => _answer ?? TryOutcome.OfAnswer(context.Response),
        ForwarderError.NoAvailableDestinations => TryOutcome.NoGateway,
        ForwarderError.Request when context.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        } failure => SocketShortage.Caused(failure) ? TryOutcome.NoSocket : TryOutcome.ConnectFailed,
        ForwarderError.Request
            or ForwarderError.RequestBodyDestination
            or ForwarderError.ResponseHeaders
            or ForwarderError.ResponseBodyDestination
            or ForwarderError.UpgradeResponseDestination
            or ForwarderError.UpgradeRequestDestination => TryOutcome.Reset,
        ForwarderError.RequestTimedOut => TryOutcome.TimedOut,
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled
            when TryToken.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested =>
            // The own forwarder reports a cancelled operation only while a connection is being opened.
            _tryCancellation is null && context.Features.Get<IForwarderErrorFeature>()?.Exception is OperationCanceledException
                ? TryOutcome.ConnectFailed
                : TryOutcome.DeclaredDead,
        // Either the client went away or the gateway's time was up. A client that takes nothing is the client's fault.
        ForwarderError.ResponseBodyCanceled when !progress.IsWaitingForClient && progress.SinceProgress >= _bodyTimeout - TimerTolerance =>
            TryOutcome.TimedOut,
        _ => TryOutcome.ClientFault,
    };
}
