namespace OwlBoard.AppHost.Embedded.Notifications;

/// <summary>Where a resource is in its life.</summary>
internal enum ResourceState
{
    /// <summary>Nobody has asked for it yet.</summary>
    NotStarted,

    /// <summary>It waits for the resources that it depends on.</summary>
    Waiting,

    /// <summary>Its process runs.</summary>
    Running,

    /// <summary>Its process ended without being told to, or could not be started; it is started again after a while.</summary>
    Restarting,

    /// <summary>It was told to stop and finishes what is in flight.</summary>
    Stopping,

    /// <summary>It was told to stop and has.</summary>
    Stopped,
}
