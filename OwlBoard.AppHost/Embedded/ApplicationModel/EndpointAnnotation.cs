using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where a resource listens. Without a proxy in between, its port and its target port are one.</summary>
internal sealed class EndpointAnnotation : IResourceAnnotation
{
    private int? _port;
    private int? _targetPort;

    public EndpointAnnotation(
        ProtocolType protocol,
        string? uriScheme = null,
        string? transport = null,
        string? name = null,
        int? port = null,
        int? targetPort = null,
        bool? isExternal = null,
        bool? isProxied = null)
    {
        UriScheme = uriScheme ?? protocol.ToString().ToLowerInvariant();
        Name = name ?? UriScheme;
        ModelName.Validate("endpoint", Name);
        Protocol = protocol;
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : protocol.ToString().ToLowerInvariant());
        _port = port;
        _targetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied ?? true;
    }

    public string Name { get; set; }

    public ProtocolType Protocol { get; set; }

    public string UriScheme { get; set; }

    public string Transport { get; set; }

    public string TargetHost { get; set; } = "localhost";

    public bool IsExternal { get; set; }

    public bool IsProxied { get; set; }

    /// <summary>Whether <c>WithReference</c> leaves the endpoint out.</summary>
    public bool ExcludeReferenceEndpoint { get; set; }

    public int? Port
    {
        get => _port ?? (IsProxied ? null : _targetPort);
        set => _port = value;
    }

    public int? TargetPort
    {
        get => _targetPort ?? (IsProxied ? null : _port);
        set => _targetPort = value;
    }

    /// <summary>The variable that tells the process the port, in place of the usual ones.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    /// <summary>Where it really is, once the engine has given it an address.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }
}
