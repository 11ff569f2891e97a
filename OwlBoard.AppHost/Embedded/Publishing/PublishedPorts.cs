using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>
/// The port that each endpoint has in its container. A project's first endpoint of a scheme that states none is left to
/// whoever deploys; for others one is chosen, counted up from 8000 past those in use so far.
/// </summary>
internal sealed class PublishedPorts
{
    private readonly Dictionary<(string Resource, string Endpoint), string> _targets = [];
    private readonly HashSet<(string Resource, string Scheme)> _schemes = [];
    private readonly HashSet<int> _used = [];

    public string TargetOf(string resource, EndpointAnnotation endpoint) => _targets[(resource, endpoint.Name)];

    public void Resolve(IComputeResource resource, EndpointAnnotation endpoint, Func<string> placeholder)
    {
        var isProject = resource is ProjectResource;
        var isHttp = endpoint.UriScheme is "http" or "https";
        var isFirst = isProject && isHttp && _schemes.Add((resource.Name, endpoint.UriScheme));
        var target = endpoint.TargetPort
            ?? (isProject ? null : endpoint.Port)
            ?? (isFirst ? null : Allocate());
        var exposed = endpoint.Port ?? target ?? (isHttp ? null : Allocate());
        Use(exposed);
        Use(target);
        _targets[(resource.Name, endpoint.Name)] = target?.ToString(CultureInfo.InvariantCulture) ?? placeholder();
    }

    private int? Allocate()
    {
        var port = 8000;
        while (_used.Contains(port))
        {
            port++;
        }

        return port;
    }

    private void Use(int? port)
    {
        if (port is { } used)
        {
            _used.Add(used);
        }
    }
}
