namespace OwlBoard.AppHost.Topology;

/// <summary>
/// The user ids of the containers. Each program has its own, because the process limit is per user, not per container, and
/// <c>pids_limit</c> is not in Aspire's model.
/// </summary>
internal static class UserIds
{
    /// <summary>
    /// The programs that read private keys, which only the owner can read. Gateways share a key, and so do probed services.
    /// </summary>
    public const int KeyReader = 10001;

    public const int CanvasService = 10002;

    public const int CommentsService = 10003;

    public const int LoadBalancer = 10200;

    public const int DesktopFrontend = 10201;

    public const int MobileFrontend = 10202;
}
