using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>
/// Who waits for others is stopped before them, so that what it still has in flight finds them running: front ends, then
/// the load balancer, then gateways, then services.
/// </summary>
internal static class StopOrder
{
    /// <returns>Groups of names; each group is stopped together, the first group first.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<IResource> resources)
    {
        var depths = new Dictionary<string, int>();
        return [.. resources
            .GroupBy(resource => Depth(resource, depths))
            .OrderByDescending(group => group.Key)
            .Select(group => (IReadOnlyList<string>)[.. group.Select(resource => resource.Name)])];
    }

    /// <summary>The length of the longest chain of resources that this one waits for.</summary>
    private static int Depth(IResource resource, Dictionary<string, int> known)
    {
        if (!known.TryGetValue(resource.Name, out var depth))
        {
            // Those who wait for each other never start, and it does not matter when they are stopped.
            known[resource.Name] = 0;
            depth = resource.Annotations.OfType<WaitAnnotation>()
                .Select(wait => Depth(wait.Resource, known) + 1)
                .DefaultIfEmpty(0)
                .Max();
            known[resource.Name] = depth;
        }

        return depth;
    }
}
