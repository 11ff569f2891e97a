using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Docker;

/// <summary>A resource as a service of a docker-compose file.</summary>
internal sealed class DockerComposeServiceResource(IResource target, DockerComposeEnvironmentResource parent)
    : Resource(target.Name), IResourceWithParent<DockerComposeEnvironmentResource>
{
    public DockerComposeEnvironmentResource Parent { get; } = parent;

    public IResource Target { get; } = target;

    /// <summary>Gets the endpoints by name, each with its port in the container.</summary>
    public Dictionary<string, (EndpointAnnotation Endpoint, string Port, int? HostPort)> Endpoints { get; } =
        new(StringComparer.OrdinalIgnoreCase);

    public string ImagePlaceholder => Placeholder("IMAGE", "Container image name");

    private string PortPlaceholder => Placeholder("PORT", "Default container port");

    /// <summary>Assigns the ports by Aspire's rules; the default port of a project remains a variable.</summary>
    public void ResolveEndpoints(IPortAllocator allocator)
    {
        foreach (var resolved in Target.ResolveEndpoints(allocator))
        {
            var port = resolved.TargetPort.Value?.ToString(CultureInfo.InvariantCulture) ?? PortPlaceholder;
            // A port that the model specifies is published as such; the container engine assigns any other.
            var isStated = !resolved.ExposedPort.IsAllocated && !resolved.ExposedPort.IsImplicit;
            Endpoints[resolved.Endpoint.Name] = (resolved.Endpoint, port, isStated ? resolved.ExposedPort.Value : null);
        }
    }

    public string ToPlaceholder(ParameterResource parameter) =>
        Parent.AddEnvironmentVariable(Encode(parameter.Name), $"Parameter {parameter.Name}");

    private string Placeholder(string suffix, string description) =>
        Parent.AddEnvironmentVariable($"{Encode(Name)}_{suffix}", $"{description} for {Name}");

    private static string Encode(string name) => name.ToUpperInvariant().Replace('-', '_');
}
