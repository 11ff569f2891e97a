using OwlBoard.Forwarding.Exchanges;
using OwlBoard.LoadBalancer.Attempts;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Pipeline;

/// <summary>
/// Answers what nothing else did: an error that nobody caught, and a request that is for no endpoint, such as an unknown
/// path of the management port. What is proxied has the same done for it by <see cref="Attempts.AttemptLoop"/>.
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
            await ErrorResponse.WriteAsync(context, StatusCodes.Status404NotFound, "There is nothing at this address.");
        }
    }
}
