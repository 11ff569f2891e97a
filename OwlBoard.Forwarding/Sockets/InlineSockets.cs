using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// Runs what follows a socket event on the thread that learned of it, from the client's bytes to the upstream's and back,
/// instead of handing each step to the thread pool. Both switches together; one alone gains nothing.
/// </summary>
/// <remarks>
/// As in nginx, whoever blocks such a thread stalls all its connections: what is not sure to end at once has to leave it
/// first, see <see cref="OffloadExtensions"/>.
/// </remarks>
public static class InlineSockets
{
    private const string Completions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Before the program's first socket. Does nothing where the program is not the process's own, as in tests, nor where
    /// <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS</c> is set: 0 switches it off.
    /// </summary>
    /// <param name="program">The program's assembly.</param>
    public static void Enable(Assembly program)
    {
        // The runtime has no setting for it but this.
        if (Assembly.GetEntryAssembly() == program && Environment.GetEnvironmentVariable(Completions) is null)
        {
            Environment.SetEnvironmentVariable(Completions, "1");
        }
    }

    /// <summary>The same for Kestrel's side, where <see cref="Enable"/> took effect.</summary>
    /// <param name="services">The program's services.</param>
    public static void AddInlineSockets(this IServiceCollection services)
    {
        if (Environment.GetEnvironmentVariable(Completions) == "1")
        {
            services.Configure<SocketTransportOptions>(transport =>
            {
                transport.UnsafePreferInlineScheduling = true;
                // A read is tried at once, with a buffer of 4 KB an idle connection, instead of after another system call.
                transport.WaitForDataBeforeAllocatingBuffer = false;
            });
        }
    }
}
