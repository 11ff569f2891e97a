namespace OwlBoard.AppHost.Embedded.Notifications;

/// <summary>What the health checks of a running resource say.</summary>
internal enum ResourceHealth
{
    /// <summary>It does not run, or is still starting: it has not been healthy yet.</summary>
    Unknown,

    /// <summary>All checks pass, or there are none.</summary>
    Healthy,

    /// <summary>A check fails that passed before.</summary>
    Unhealthy,
}
