namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>Whether a gateway takes traffic, and if not, why.</summary>
internal enum GatewayState
{
    /// <summary>It takes traffic.</summary>
    Healthy,

    /// <summary>It does not answer probes.</summary>
    Unhealthy,

    /// <summary>Requests sent to it failed; it is left alone for a while.</summary>
    Ejected,

    /// <summary>It answers probes with 503: it is about to stop, or not ready yet.</summary>
    Draining,

    /// <summary>An operator took it out and has not put it back.</summary>
    Drained,
}
