using System.Globalization;
using Microsoft.Extensions.Configuration;
using OwlBoard.AppHost.Topology;

namespace OwlBoard.AppHost.Embedded.Dashboard;

/// <summary>Whether there is a dashboard, and where. A model that states no port for one has none.</summary>
internal static class DashboardSettings
{
    /// <summary>The name of the port, and the option that switches the dashboard off.</summary>
    public const string Name = "dashboard";

    /// <returns>The port on loopback; <see langword="null"/> if there is to be no dashboard.</returns>
    public static int? Port(IConfiguration configuration) =>
        configuration[Name] is not "false"
        && configuration[ConfigurationPath.Combine(TopologySettings.PortsSection, Name)] is { } port
            ? int.Parse(port, CultureInfo.InvariantCulture)
            : null;
}
