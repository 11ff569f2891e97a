using OwlBoard.Forwarding.Exchanges;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>
/// Answers what nothing else did: an error that nobody caught, and a request that is for no endpoint, such as an unknown
/// path of the management port. What is proxied has the same done for it by <see cref="Retry.RetryMiddleware"/>.
/// </summary>
internal sealed class LastResortMiddleware(RequestDelegate next, LastResort lastResort)
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
            if (!await lastResort.TryAnswerAsync(context, failure))
            {
                throw;
            }

            return;
        }

        if (context.GetEndpoint() is null && !context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status404NotFound)
        {
            await LastResort.AnswerAsync(context, StatusCodes.Status404NotFound, "There is nothing at this address.");
        }
    }
}
