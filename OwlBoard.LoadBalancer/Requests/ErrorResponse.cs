using Microsoft.AspNetCore.Mvc;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>Writes the response to a request that ended in an exception.</summary>
internal sealed partial class ErrorResponse(ILogger<ErrorResponse> logger)
{
    /// <summary>nginx's status code for a client that disconnected; it appears in the access log only.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>Writes a problem body, or the status of a client that disconnected.</summary>
    /// <returns><see langword="false"/> if the response has started; the server has to handle the exception.</returns>
    public async ValueTask<bool> TryWriteAsync(HttpContext context, Exception failure)
    {
        if (failure is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        if (context.Response.HasStarted)
        {
            return false;
        }

        if (failure is BadHttpRequestException badRequest)
        {
            await WriteAsync(context, badRequest.StatusCode, badRequest.Message);
        }
        else
        {
            LogFailed(failure, context.Request.Method, context.Request.Path);
            await WriteAsync(context, StatusCodes.Status500InternalServerError, "The load balancer failed to handle the request.");
        }

        return true;
    }

    /// <summary>Writes a problem body in place of the response so far.</summary>
    public static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.Response.Clear();
        return Problem.WriteAsync(context, new ProblemDetails { Status = status, Detail = detail });
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception failure, string method, string path);
}
