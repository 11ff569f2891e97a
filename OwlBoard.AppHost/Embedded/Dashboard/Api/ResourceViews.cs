using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.AppHost.Embedded.Terminal;

namespace OwlBoard.AppHost.Embedded.Dashboard.Api;

/// <summary>The resources with what the model says about them.</summary>
internal sealed class ResourceViews(IReadOnlyCollection<IResource> resources, ResourceNotifications notifications)
{
    private readonly Dictionary<string, int> _levels = StopOrder.Of(resources).Reverse().Index()
        .SelectMany(group => group.Item.Select(name => (name, group.Index)))
        .ToDictionary(entry => entry.name, entry => entry.Index);

    private readonly Dictionary<string, string[]> _dependencies = resources.ToDictionary(
        resource => resource.Name,
        resource => resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name).Distinct().ToArray());

    public IReadOnlyList<ResourceView> Current => [.. notifications.Current.Select(snapshot => new ResourceView(
        snapshot, ResourceTable.WordFor(snapshot), _levels[snapshot.Name], _dependencies[snapshot.Name]))];
}
