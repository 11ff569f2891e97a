using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Attempts;

/// <summary>Writes the response to a request for which every attempt failed.</summary>
internal static class FailureResponse
{
    /// <summary>Writes a problem body with the reason, unless the response has started or the client has disconnected.</summary>
    public static Task WriteAsync(HttpContext context, ProxyRequestContext request, AttemptOutcome outcome)
    {
        if (context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ErrorResponse.ClientClosedRequest;
            return Task.CompletedTask;
        }

        context.Response.Clear();
        if (!request.Attempted.IsEmpty)
        {
            context.Response.Headers[ResponseHeaders.UpstreamServer] = string.Join(", ", request.Attempted.Select(gateway => gateway.Name));
        }

        var problem = Describe(outcome, context.Features.Get<IForwarderErrorFeature>()?.Exception);
        if (problem.Status < StatusCodes.Status500InternalServerError)
        {
            // The request's body was not read to its end, so the start of the next request is unknown.
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, problem);
    }

    private static ProblemDetails Describe(AttemptOutcome outcome, Exception? exception)
    {
        if (BadRequest(exception) is { } badRequest)
        {
            return new ProblemDetails { Status = badRequest.StatusCode, Detail = badRequest.Message };
        }

        if (outcome == AttemptOutcome.ClientFault)
        {
            return new ProblemDetails { Status = StatusCodes.Status400BadRequest, Detail = "The request is incomplete or malformed." };
        }

        if (outcome == AttemptOutcome.TimedOut || outcome == AttemptOutcome.DeclaredDead)
        {
            return new ProblemDetails { Status = StatusCodes.Status504GatewayTimeout, Detail = "The gateway did not respond in time." };
        }

        if (outcome == AttemptOutcome.NoSocket)
        {
            return new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = "The load balancer has no free socket for a connection to a gateway." };
        }

        return new ProblemDetails
        {
            Status = StatusCodes.Status502BadGateway,
            Detail = outcome == AttemptOutcome.NoGateway ? "No gateway is available."
                : outcome == AttemptOutcome.ConnectFailed ? "No connection to a gateway could be opened."
                : "The connection to the gateway was lost before it responded.",
        };
    }

    /// <summary>Returns Kestrel's exception for a request body that is too large, malformed or incomplete.</summary>
    private static BadHttpRequestException? BadRequest(Exception? exception) => exception switch
    {
        BadHttpRequestException badRequest => badRequest,
        AggregateException several => several.InnerExceptions.Select(BadRequest).FirstOrDefault(badRequest => badRequest is not null),
        { InnerException: { } inner } => BadRequest(inner),
        _ => null,
    };
}
