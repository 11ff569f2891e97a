using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OwlBoard.ServiceDefaults.Drain;

/// <summary>
/// Adds <c>Connection: close</c> to each response while the program drains, so that clients with keep-alive connections
/// reconnect elsewhere before the listener closes (RFC 9112 section 9.6).
/// </summary>
internal sealed class CloseConnectionWhileDraining(DrainState state) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, following) =>
        {
            if (state.IsDraining && HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.OnStarting(CloseConnection, context.Response);
            }

            return following(context);
        });
        next(app);
    };

    private static Task CloseConnection(object response)
    {
        var http = (HttpResponse)response;
        if (http.StatusCode != StatusCodes.Status101SwitchingProtocols)
        {
            http.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    }
}
