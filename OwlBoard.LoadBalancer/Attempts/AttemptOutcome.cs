using OwlBoard.Forwarding.Faults;
using OwlBoard.LoadBalancer.Health;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>The outcome of one attempt at one gateway. Only this type defines which outcomes are failures.</summary>
/// <param name="IsFailure"><see langword="true"/> if the attempt failed and another gateway may succeed.</param>
/// <param name="Reason">The reason, a metric label: <c>connect</c>, <c>timeout</c>, <c>reset</c>, <c>502</c>, …</param>
/// <param name="NothingSent">
/// <see langword="true"/> if nothing was sent to the gateway because no connection could be opened. Also if an idempotent
/// request was sent on a pooled connection that closed before the first byte of a response, and a new connection was refused:
/// RFC 9112 section 9.3.1 permits a client to repeat such a request, and nginx does.
/// </param>
/// <param name="IsGatewayFault"><see langword="true"/> if the failure counts against the gateway's health.</param>
/// <param name="IsResponse"><see langword="true"/> if there is a response that can be forwarded to the client.</param>
internal sealed record AttemptOutcome(
    bool IsFailure, string Reason, bool NothingSent = false, bool IsGatewayFault = false, bool IsResponse = false)
{
    /// <summary>The gateway sent a response that does not report a failure.</summary>
    public static readonly AttemptOutcome Responded = new(IsFailure: false, "responded", IsResponse: true);

    /// <summary>The client disconnected, or its request was invalid.</summary>
    public static readonly AttemptOutcome ClientFault = new(IsFailure: false, "client");

    /// <summary>No gateway was available.</summary>
    public static readonly AttemptOutcome NoGateway = new(IsFailure: true, "no gateway", NothingSent: true);

    /// <summary>No connection to the gateway could be opened.</summary>
    public static readonly AttemptOutcome ConnectFailed = new(IsFailure: true, "connect", NothingSent: true, IsGatewayFault: true);

    /// <summary>This machine had no socket for a connection. A pooled connection to another gateway may exist.</summary>
    public static readonly AttemptOutcome NoSocket = new(IsFailure: true, "no socket", NothingSent: true);

    /// <summary>The gateway sent nothing for longer than the timeout.</summary>
    public static readonly AttemptOutcome TimedOut = new(IsFailure: true, "timeout", IsGatewayFault: true);

    /// <summary>The connection to the gateway was lost.</summary>
    public static readonly AttemptOutcome Reset = new(IsFailure: true, "reset", IsGatewayFault: true);

    /// <summary>Health probes declared the gateway dead before it sent a response head.</summary>
    public static readonly AttemptOutcome DeclaredDead = new(IsFailure: true, "declared dead", IsGatewayFault: true);

    /// <summary>The gateway reported that a service behind it failed; another gateway may reach the service.</summary>
    public static readonly AttemptOutcome ServiceFailed = new(IsFailure: true, "service", IsResponse: true);

    public static readonly AttemptOutcome BadGateway = new(IsFailure: true, "502", IsGatewayFault: true, IsResponse: true);
    public static readonly AttemptOutcome Unavailable = new(IsFailure: true, "503", IsGatewayFault: true, IsResponse: true);
    public static readonly AttemptOutcome GatewayTimeout = new(IsFailure: true, "504", IsGatewayFault: true, IsResponse: true);

    /// <summary>The tolerance when a timeout is compared: the timeouts of exchanges are checked at most every 20 ms.</summary>
    private static readonly TimeSpan TimerTolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>Classifies the head of a gateway's response.</summary>
    public static AttemptOutcome OfHead(HttpResponse response) => response.StatusCode switch
    {
        var status when FailedService.IsFailure(status) && response.Headers.ContainsKey(FailedService.Header) => ServiceFailed,
        StatusCodes.Status502BadGateway => BadGateway,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        StatusCodes.Status504GatewayTimeout => GatewayTimeout,
        _ => Responded,
    };

    /// <summary>Classifies the error of an exchange.</summary>
    /// <param name="error">The error.</param>
    /// <param name="context">The request.</param>
    /// <param name="request">The state of the request.</param>
    /// <param name="responseTimeout">The time for which the gateway may send nothing.</param>
    /// <param name="attempt">The token that cancels only the attempt.</param>
    /// <remarks>
    /// <see cref="HttpContext.RequestAborted"/> alone does not mean that the client disconnected: an incomplete response also
    /// aborts the request.
    /// </remarks>
    public static AttemptOutcome OfError(
        ForwarderError error, HttpContext context, ProxyRequestContext request, TimeSpan responseTimeout, CancellationToken attempt)
    {
        var exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        return error switch
        {
            ForwarderError.Request when exception is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
            } => SocketShortage.Caused(exception) ? NoSocket : ConnectFailed,
            ForwarderError.Request
                or ForwarderError.RequestBodyDestination
                or ForwarderError.ResponseHeaders
                or ForwarderError.ResponseBodyDestination
                or ForwarderError.UpgradeResponseDestination
                or ForwarderError.UpgradeRequestDestination => Reset,
            ForwarderError.RequestTimedOut => TimedOut,
            // An OperationCanceledException is reported only while a connection is being opened.
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled
                when attempt.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested =>
                exception is OperationCanceledException ? ConnectFailed : DeclaredDead,
            // Either the client disconnected or the gateway timed out. A client that does not read is not the gateway's fault.
            ForwarderError.ResponseBodyCanceled
                when !request.Response.IsWaitingForClient && request.Response.SinceProgress >= responseTimeout - TimerTolerance => TimedOut,
            _ => ClientFault,
        };
    }
}
