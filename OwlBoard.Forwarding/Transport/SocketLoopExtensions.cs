using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.Forwarding.Transport;

/// <summary>Extension methods that register the socket loops.</summary>
public static class SocketLoopExtensions
{
    /// <summary>
    /// Handles the events of each socket on the thread that received them, from the client's bytes to the upstream's and
    /// back, as nginx does. Only Linux is supported; other systems are unchanged. The registered <see cref="TimeProvider"/>
    /// reads the clock once per batch of events.
    /// </summary>
    /// <remarks>
    /// Code that blocks a loop's thread stalls all its connections. Code that may run long must leave the thread first, see
    /// <see cref="OffloadExtensions"/>.
    /// </remarks>
    /// <param name="services">The service collection.</param>
    public static void AddSocketLoops(this IServiceCollection services)
    {
        services.TryAddSingleton<ClientLimits>();
        services.AddSingleton<SocketLoops>();
        services.AddHostedService(provider => provider.GetRequiredService<SocketLoops>());
        if (SocketLoops.IsSupported)
        {
            services.AddSingleton<IConnectionListenerFactory, LoopTransport>();
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(LoopTime.Instance));
        }
    }
}
