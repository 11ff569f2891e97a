namespace OwlBoard.AppHost.Topology;

/// <summary>The memory limits of the containers, including their health checks.</summary>
internal static class MemoryLimits
{
    public const string LoadBalancer = "512M";

    public const string Gateway = "384M";

    public const string Service = "384M";

    public const string Frontend = "256M";
}
