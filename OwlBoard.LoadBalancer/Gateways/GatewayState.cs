namespace OwlBoard.LoadBalancer.Gateways;

/// <summary>The states of a gateway.</summary>
internal enum GatewayState
{
    /// <summary>The gateway is in rotation.</summary>
    Healthy,

    /// <summary>The gateway fails its health probes.</summary>
    Unhealthy,

    /// <summary>The gateway failed requests and gets no traffic for the ejection time.</summary>
    Ejected,

    /// <summary>The gateway responds to probes with 503: it is about to stop, or not ready yet.</summary>
    Draining,

    /// <summary>An operator drained the gateway and has not activated it again.</summary>
    Drained,
}
