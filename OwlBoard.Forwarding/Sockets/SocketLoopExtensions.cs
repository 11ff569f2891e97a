using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>Puts clients' connections where those to upstreams are.</summary>
public static class SocketLoopExtensions
{
    /// <summary>
    /// Handles each socket's events on the thread that learned of them, from the client's bytes to the upstream's and back,
    /// as nginx does; Linux only, elsewhere nothing changes. The <see cref="TimeProvider"/> reads the clock once for all
    /// events that come together.
    /// </summary>
    /// <remarks>
    /// Whoever blocks such a thread stalls all its connections: what is not sure to end at once has to leave it first, see
    /// <see cref="OffloadExtensions"/>.
    /// </remarks>
    /// <param name="services">The program's services.</param>
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
