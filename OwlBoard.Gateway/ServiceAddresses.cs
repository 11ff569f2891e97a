using OwlBoard.ServiceDefaults;

namespace OwlBoard.Gateway;

/// <summary>
/// Where the gateway sends each route: logical addresses for service discovery, or real ones. Section
/// <c>Gateway:Services</c>.
/// </summary>
/// <remarks>
/// <c>https+http</c> is service discovery's way to say: HTTPS where the service offers it.
/// </remarks>
internal sealed class ServiceAddresses
{
    /// <summary>Default <c>https+http://user-service</c>.</summary>
    public string Users { get; set; } = $"https+http://{ResourceNames.UserService}";

    /// <summary>Default <c>http://canvas-service</c>.</summary>
    public string Canvas { get; set; } = $"http://{ResourceNames.CanvasService}";

    /// <summary>Default <c>http://comments-service</c>.</summary>
    public string Comments { get; set; } = $"http://{ResourceNames.CommentsService}";

    /// <summary>Default <c>https+http://chat-service</c>.</summary>
    public string Chat { get; set; } = $"https+http://{ResourceNames.ChatService}";
}
