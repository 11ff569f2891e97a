using Aspire.Hosting;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.AppHost.Topology;

/// <summary>The options of a run or a publish of the application.</summary>
internal sealed class TopologyOptions
{
    private readonly TopologySettings _settings;

    public TopologyOptions(string[] args, IDistributedApplicationBuilder builder)
    {
        _settings = new TopologySettings(args, builder.Configuration);
        Gateways = _settings.Number("gateways", 4, atLeast: 1, atMost: 64);
        DesktopPort = _settings.Port("desktop", 8000);
        MobilePort = _settings.Port("mobile", 9000);
        ManagementPort = _settings.Port("management", 9100);
        DesktopFrontendPort = _settings.Port("desktop-frontend", 3002);
        MobileFrontendPort = _settings.Port("mobile-frontend", 3001);
        IsSwarm = _settings.OneOf("target", "compose", "swarm") == "swarm";
        IsExistingPlatform = _settings.OneOf("platform", "owlboard", "existing") == "existing";
        _settings.Refuse(
            builder.ExecutionContext.IsRunMode && (IsSwarm || IsExistingPlatform),
            "--target and --platform select what is published; a local run has neither: add --operation publish --output-path DIR.");
        DataDirectory = _settings.Directory("data-directory", Path.Combine(builder.AppHostDirectory, "..", ".data"));
        CertificatesDirectory = _settings.Directory("certificates-directory", Path.Combine(DataDirectory, "certs"));
        ContainerPort = builder.ExecutionContext.IsPublishMode ? 8080 : null;
    }

    /// <summary>The number of gateways, 1 to 64. Default 4.</summary>
    public int Gateways { get; }

    public int DesktopPort { get; }

    public int MobilePort { get; }

    public int ManagementPort { get; }

    public int DesktopFrontendPort { get; }

    public int MobileFrontendPort { get; }

    /// <summary>A value that indicates whether to publish a stack for several hosts instead of a compose file for one.</summary>
    public bool IsSwarm { get; }

    /// <summary>A value that indicates whether to publish the original platform behind the gateways.</summary>
    public bool IsExistingPlatform { get; }

    /// <summary>The directory of the SQLite files of a local run. Default <c>.data</c> in the repository.</summary>
    public string DataDirectory { get; }

    /// <summary>The directory of the certificates of a local run. Default <c>certs</c> in <see cref="DataDirectory"/>.</summary>
    public string CertificatesDirectory { get; }

    /// <summary>The port of each program in its container; <see langword="null"/> in a local run, where programs share a host.</summary>
    public int? ContainerPort { get; }

    /// <summary>The names of the gateways; one in a swarm, which runs them as replicas of one service.</summary>
    public IEnumerable<string> GatewayNames => IsSwarm ? [ResourceNames.Gateways] : Enumerable.Range(1, Gateways).Select(ResourceNames.Gateway);

    /// <summary>One line with an invalid option, its value and what is allowed; <see langword="null"/> if all are valid.</summary>
    public string? Error => _settings.Error;
}
