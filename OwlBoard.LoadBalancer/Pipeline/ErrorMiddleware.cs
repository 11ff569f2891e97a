using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Attempts;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Writes the response for an unhandled exception, and for a request that matches no endpoint, such as an unknown path of the
/// management port. For proxied requests, <see cref="Attempts.AttemptLoop"/> handles exceptions.
/// </summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ErrorResponse errors)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint().IsProxied() ? next(context) : GuardAsync(context);

    private async Task GuardAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception failure)
        {
            if (!await errors.TryWriteAsync(context, failure))
            {
                throw;
            }

            return;
        }

        if (context.GetEndpoint() is null && !context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status404NotFound)
        {
            await ErrorResponse.WriteAsync(context, StatusCodes.Status404NotFound, "The path does not exist.");
        }
    }
}
