using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace OwlBoard.ServiceDefaults.Tls;

/// <summary>Ends TLS connections as RFC 8446 section 6.1 requires.</summary>
public static class CloseNotifyExtensions
{
    /// <summary>
    /// Sends <c>close_notify</c> when a connection ends, which Kestrel does not: without it a client cannot distinguish the end
    /// from a truncation attack. A connection aborted within a response gets none.
    /// </summary>
    /// <param name="endpoint">The endpoint, after its <c>UseHttps</c>.</param>
    /// <returns>The same endpoint.</returns>
    public static ListenOptions UseCloseNotify(this ListenOptions endpoint)
    {
        endpoint.Use(static next => connection => ServeAsync(next, connection));
        return endpoint;
    }

    private static async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        await next(connection);
        if (connection.Features.Get<ISslStreamFeature>()?.SslStream is not { } tls)
        {
            return;
        }

        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The client closed the connection, or the connection was aborted.
        }
    }
}
