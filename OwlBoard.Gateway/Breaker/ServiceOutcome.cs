namespace OwlBoard.Gateway.Breaker;

/// <summary>What a request says about the service that it was for.</summary>
internal enum ServiceOutcome
{
    /// <summary>It answered, whatever it answered; or the client went away, which is not the service's fault.</summary>
    Up,

    /// <summary>
    /// Its certificate is not trusted. Nothing that a rest would mend, and the breaker's "is down" would hide the
    /// reason: counted as no failure.
    /// </summary>
    Untrusted,

    /// <summary>No connection, no answer in time, the connection was lost, or 502, 503, 504.</summary>
    Down,
}
