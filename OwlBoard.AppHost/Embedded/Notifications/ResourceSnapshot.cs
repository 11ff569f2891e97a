namespace OwlBoard.AppHost.Embedded.Notifications;

/// <summary>A resource at one moment.</summary>
internal sealed record ResourceSnapshot(string Name)
{
    public ResourceState State { get; init; }

    public ResourceHealth Health { get; init; }

    /// <summary>The process, while there is one.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Since when that process runs.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How the last process ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How often it was started again after a crash.</summary>
    public int Restarts { get; init; }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<ResourceUrl> Urls { get; init; } = [];

    /// <summary>Whether those who wait for it may go on.</summary>
    public bool IsReady => State == ResourceState.Running && Health == ResourceHealth.Healthy;
}
