namespace OwlBoard.Gateway.Breaker;

/// <summary>What a request says about the service that it was for.</summary>
internal enum ServiceOutcome
{
    /// <summary>
    /// It responded, with whatever status: a service that refuses a request with 503 is there. Or the client went away,
    /// which is not the service's fault.
    /// </summary>
    Up,

    /// <summary>
    /// Its certificate is not trusted. Nothing that a rest would mend, and the breaker's refusal would hide the
    /// reason: counted as no failure.
    /// </summary>
    Untrusted,

    /// <summary>No connection, no response in time, or the connection was lost.</summary>
    Failed,
}
