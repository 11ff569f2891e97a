using OwlBoard.AppHost.Embedded.Notifications;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>A resource as the page shows it.</summary>
/// <param name="Resource">What it is doing.</param>
/// <param name="Label">That in a word.</param>
/// <param name="Level">How many resources wait for each other, one after the other, up to this one.</param>
/// <param name="DependsOn">The resources that it waits for, and sends requests to.</param>
internal sealed record ResourceView(ResourceSnapshot Resource, string Label, int Level, IReadOnlyList<string> DependsOn);
