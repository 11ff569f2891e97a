using Microsoft.AspNetCore.Mvc;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>Answers a request after an error that nobody else caught, so that no answer goes out bare.</summary>
internal sealed partial class LastResort(ILogger<LastResort> logger)
{
    /// <summary>Writes the answer.</summary>
    /// <returns>Whether there was one to write; otherwise the error is the server's to handle.</returns>
    public async ValueTask<bool> TryAnswerAsync(HttpContext context, Exception failure)
    {
        if (failure is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = FailureAnswer.ClientClosedRequest;
            return true;
        }

        if (context.Response.HasStarted)
        {
            return false;
        }

        if (failure is BadHttpRequestException fault)
        {
            await AnswerAsync(context, fault.StatusCode, fault.Message);
        }
        else
        {
            LogFailed(failure, context.Request.Method, context.Request.Path);
            await AnswerAsync(context, StatusCodes.Status500InternalServerError, "The load balancer failed to handle the request.");
        }

        return true;
    }

    /// <summary>Writes a problem body in place of whatever was to be answered.</summary>
    public static Task AnswerAsync(HttpContext context, int status, string detail)
    {
        context.Response.Clear();
        return Problem.WriteAsync(context, new ProblemDetails { Status = status, Detail = detail });
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception failure, string method, string path);
}
