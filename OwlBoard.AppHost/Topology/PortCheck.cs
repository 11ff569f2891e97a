using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

/// <summary>Checks that the ports in the model are free before anything is started.</summary>
internal static class PortCheck
{
    /// <summary>The addresses of the host itself: the dashboard, and the endpoints for telemetry and for the dashboard.</summary>
    private static readonly (string Key, string Name)[] HostAddresses =
    [
        ("ASPNETCORE_URLS", "the dashboard"),
        ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "the dashboard's OTLP endpoint"),
        ("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", "the resource service"),
    ];

    /// <summary>Returns one line with each port in use, its resource and the process that uses it.</summary>
    /// <returns>The line; <see langword="null"/> if every port is free or the application is not run.</returns>
    public static string? FindPortsInUse(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsRunMode)
        {
            return null;
        }

        var stated =
            from resource in builder.Resources
            from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
            let port = endpoint.Port ?? 0
            where port > 0
            select (Port: port, Owner: $"{resource.Name} ({endpoint.Name})", Remedy: Option(port));
        var host =
            from address in HostAddresses
            from url in (builder.Configuration[address.Key] ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries)
            where Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Port > 0
            select (new Uri(url).Port, Owner: address.Name, Remedy: $"{address.Key}=URL or another launch profile");
        var taken = stated.Concat(host)
            .Where(wanted => !IsFree(wanted.Port))
            .Select(wanted =>
                $"Port {wanted.Port} of {wanted.Owner} is in use by {PortHolder.Find(wanted.Port) ?? "another process"}; choose another with {wanted.Remedy}")
            .ToArray();
        return taken.Length > 0 ? string.Join(". ", taken) + "." : null;

        string Option(int port) => builder.Configuration.GetSection(TopologySettings.PortsSection).GetChildren()
            .FirstOrDefault(setting => setting.Value == $"{port}") is { } setting ? $"--{setting.Path} PORT" : "a change of AppHost.cs";
    }

    private static bool IsFree(int port) =>
        CanListen(IPAddress.Any, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Any, port));

    private static bool CanListen(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = false;
        }

        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException exception)
        {
            // On a host without IPv6 the port cannot be in use.
            return exception.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable;
        }
    }
}
