namespace OwlBoard.Gateway.Breaker;

/// <summary>The outcome of a request as evidence about its service.</summary>
internal enum ServiceOutcome
{
    /// <summary>
    /// The service responded, with any status: a service that returns 503 is up. Also used when the client aborted the
    /// request, which is not a failure of the service.
    /// </summary>
    Up,

    /// <summary>
    /// The TLS peer is not trusted. Not counted as a failure: a pause does not fix it, and an open breaker would hide the
    /// reason.
    /// </summary>
    Untrusted,

    /// <summary>The connection could not be opened, was lost, or timed out.</summary>
    Failed,
}
