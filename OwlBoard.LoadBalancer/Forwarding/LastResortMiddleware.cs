using Microsoft.AspNetCore.Mvc;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>
/// Answers what nothing else did, so that no answer goes out bare: an error that nobody caught, and a request that is
/// for no endpoint, such as an unknown path of the management port.
/// </summary>
internal sealed partial class LastResortMiddleware(RequestDelegate next, ILogger<LastResortMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException fault) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, fault.StatusCode, fault.Message);
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = FailureAnswer.ClientClosedRequest;
            return;
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            LogFailed(failure, context.Request.Method, context.Request.Path);
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "The load balancer failed to handle the request.");
            return;
        }

        if (context.GetEndpoint() is null && !context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status404NotFound)
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, "There is nothing at this address.");
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string detail)
    {
        context.Response.Clear();
        return Problem.WriteAsync(context, new ProblemDetails { Status = status, Detail = detail });
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception failure, string method, string path);
}
