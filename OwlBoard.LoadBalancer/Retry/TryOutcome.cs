using OwlBoard.Forwarding.Faults;

namespace OwlBoard.LoadBalancer.Retry;

/// <summary>What became of one try at one gateway.</summary>
/// <param name="IsFailure">Whether the try failed, and another gateway may do better.</param>
/// <param name="Reason">Why, in one of few words: <c>connect</c>, <c>timeout</c>, <c>reset</c>, <c>502</c>, …</param>
/// <param name="NothingSent">
/// <see langword="true"/> if nothing was sent to the gateway, because no connection could be opened; also if an idempotent
/// request was sent on a pooled connection that closed before the first byte of a response, and a new connection was refused.
/// RFC 9112 section 9.3.1 permits a client to repeat such a request, and nginx does.
/// </param>
/// <param name="IsOthersFault">Whether it does not count against the gateway: a service behind it failed, or this machine.</param>
/// <param name="IsResponse">Whether there is a response that can be passed on.</param>
internal sealed record TryOutcome(
    bool IsFailure, string Reason, bool NothingSent = false, bool IsOthersFault = false, bool IsResponse = false)
{
    /// <summary>The gateway answered, whatever it said.</summary>
    public static readonly TryOutcome Answered = new(IsFailure: false, "answered", IsResponse: true);

    /// <summary>The client went away, or what it sent was at fault.</summary>
    public static readonly TryOutcome ClientFault = new(IsFailure: false, "client");

    /// <summary>There was no gateway to try.</summary>
    public static readonly TryOutcome NoGateway = new(IsFailure: true, "no gateway", NothingSent: true);

    /// <summary>No connection could be opened.</summary>
    public static readonly TryOutcome ConnectFailed = new(IsFailure: true, "connect", NothingSent: true);

    /// <summary>This machine had no socket for a connection; to another gateway there may be one already.</summary>
    public static readonly TryOutcome NoSocket = new(IsFailure: true, "no socket", NothingSent: true, IsOthersFault: true);

    /// <summary>No response head came in time.</summary>
    public static readonly TryOutcome TimedOut = new(IsFailure: true, "timeout");

    /// <summary>The connection broke.</summary>
    public static readonly TryOutcome Reset = new(IsFailure: true, "reset");

    /// <summary>Probes declared the gateway dead while it was waited for; they count that, the request need not.</summary>
    public static readonly TryOutcome DeclaredDead = new(IsFailure: true, "declared dead");

    public static readonly TryOutcome BadGateway = new(IsFailure: true, "502", IsResponse: true);
    public static readonly TryOutcome Unavailable = new(IsFailure: true, "503", IsResponse: true);
    public static readonly TryOutcome GatewayTimeout = new(IsFailure: true, "504", IsResponse: true);

    /// <summary>The gateway could not get an answer from the service; another one may have a better way to it.</summary>
    public static readonly TryOutcome ServiceFailed = new(IsFailure: true, "service", IsOthersFault: true, IsResponse: true);

    /// <summary>What a gateway's answer means. A failure that it blames on a service does not count against it.</summary>
    public static TryOutcome OfAnswer(HttpResponse response) => response.StatusCode switch
    {
        var status when FailedService.IsFailure(status) && response.Headers.ContainsKey(FailedService.Header) => ServiceFailed,
        StatusCodes.Status502BadGateway => BadGateway,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        StatusCodes.Status504GatewayTimeout => GatewayTimeout,
        _ => Answered,
    };
}
