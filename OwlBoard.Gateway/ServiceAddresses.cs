using OwlBoard.ServiceDefaults;

namespace OwlBoard.Gateway;

/// <summary>
/// Where the gateway sends each route: logical addresses for service discovery, or real ones. Section
/// <c>Gateway:Services</c>.
/// </summary>
/// <remarks>
/// <c>https</c> is mutual TLS with the certificates of section <c>MutualTls</c>. Plain HTTP is spoken only where an
/// <c>http</c> address is configured; nothing falls back to it.
/// </remarks>
internal sealed class ServiceAddresses
{
    /// <summary>Default <c>https://user-service</c>.</summary>
    public string Users { get; set; } = $"https://{ResourceNames.UserService}";

    /// <summary>Default <c>http://canvas-service</c>.</summary>
    public string Canvas { get; set; } = $"http://{ResourceNames.CanvasService}";

    /// <summary>Default <c>http://comments-service</c>.</summary>
    public string Comments { get; set; } = $"http://{ResourceNames.CommentsService}";

    /// <summary>Default <c>https://chat-service</c>.</summary>
    public string Chat { get; set; } = $"https://{ResourceNames.ChatService}";
}
