namespace OwlBoard.AppHost.Embedded.Notifications;

/// <summary>An address of a resource.</summary>
/// <param name="EndpointName">The endpoint's name.</param>
/// <param name="Url">Its URL.</param>
/// <param name="IsExternal">Whether it is meant for people and clients outside the system.</param>
internal sealed record ResourceUrl(string EndpointName, string Url, bool IsExternal);
