using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Embedded.Ports;

/// <summary>
/// Gives every endpoint its port. No proxy stands before a process: it listens on the port that others are told, which is
/// the endpoint's port if it states one, else its target port, else any that is free.
/// </summary>
internal static class PortAllocator
{
    // Below the ranges that operating systems take the ports of outgoing connections from (Linux 32768, others 49152):
    // such a connection could take the port of a program that is just being restarted.
    private const int First = 20_000;
    private const int Last = 32_767;

    /// <param name="resources">Whose endpoints get ports.</param>
    /// <param name="reserved">A port that is not to be given, if any.</param>
    public static void Allocate(IEnumerable<IResource> resources, int? reserved = null)
    {
        var endpoints = resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()).ToArray();
        var taken = endpoints.Select(FixedPort).Append(reserved).OfType<int>().ToHashSet();
        foreach (var endpoint in endpoints)
        {
            var port = FixedPort(endpoint) ?? NextFree(taken);
            endpoint.TargetPort = port;
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, endpoint.TargetHost, port);
        }
    }

    /// <summary>The port that the model states; 0 means any.</summary>
    public static int? FixedPort(EndpointAnnotation endpoint) =>
        (endpoint.Port ?? endpoint.TargetPort) is { } port and not 0 ? port : null;

    public static bool IsFree(int port) =>
        CanListen(AddressFamily.InterNetwork, IPAddress.Any, port)
        && (!Socket.OSSupportsIPv6 || CanListen(AddressFamily.InterNetworkV6, IPAddress.IPv6Any, port));

    private static int NextFree(HashSet<int> taken)
    {
        // A random start, so that two instances that start at the same moment do not choose the same.
        var start = Random.Shared.Next(First, Last + 1);
        for (var i = 0; i <= Last - First; i++)
        {
            var port = First + ((start - First + i) % (Last - First + 1));
            if (!taken.Contains(port) && IsFree(port))
            {
                taken.Add(port);
                return port;
            }
        }

        throw new DistributedApplicationException($"No TCP port from {First} to {Last} is free.");
    }

    private static bool CanListen(AddressFamily family, IPAddress address, int port)
    {
        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressFamilyNotSupported
            || failure.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return true;
        }
        catch (SocketException failure) when (failure.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
