using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Retry;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>Answers a request that no gateway answered.</summary>
internal static class FailureAnswer
{
    /// <summary>nginx's code for a client that went away; it reaches only the access log.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>Writes the problem body that says why, unless a gateway did answer or the response has started.</summary>
    public static Task WriteAsync(HttpContext context, ProxiedRequest request)
    {
        if (request.Error == ForwarderError.None || context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
            return Task.CompletedTask;
        }

        context.Response.Clear();
        if (!request.Tried.IsEmpty)
        {
            context.Response.Headers[ResponseHeaders.UpstreamServer] = string.Join(", ", request.Tried.Select(gateway => gateway.Name));
        }

        var problem = Describe(request.Outcome, context.Features.Get<IForwarderErrorFeature>()?.Exception);
        if (problem.Status < StatusCodes.Status500InternalServerError)
        {
            // The client's body was not read to its end; the next request cannot be found behind it.
            context.Response.Headers.Connection = "close";
        }

        return Problem.WriteAsync(context, problem);
    }

    private static ProblemDetails Describe(TryOutcome? outcome, Exception? exception)
    {
        if (RequestFault(exception) is { } fault)
        {
            return new ProblemDetails { Status = fault.StatusCode, Detail = fault.Message };
        }

        if (outcome == TryOutcome.ClientFault)
        {
            return new ProblemDetails { Status = StatusCodes.Status400BadRequest, Detail = "The request could not be read to its end." };
        }

        if (outcome == TryOutcome.TimedOut || outcome == TryOutcome.DeclaredDead)
        {
            return new ProblemDetails { Status = StatusCodes.Status504GatewayTimeout, Detail = "No gateway answered in time." };
        }

        if (outcome == TryOutcome.NoSocket)
        {
            return new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = "The load balancer has no socket left for a connection to a gateway." };
        }

        return new ProblemDetails
        {
            Status = StatusCodes.Status502BadGateway,
            Detail = outcome == TryOutcome.NoGateway ? "No gateway is known at present."
                : outcome == TryOutcome.ConnectFailed ? "No connection to a gateway could be opened."
                : "The connection to the gateway broke before it answered.",
        };
    }

    /// <summary>Kestrel's own verdict on the request: its body is too large, malformed, or stopped coming.</summary>
    private static BadHttpRequestException? RequestFault(Exception? exception) => exception switch
    {
        BadHttpRequestException fault => fault,
        AggregateException several => several.InnerExceptions.Select(RequestFault).FirstOrDefault(fault => fault is not null),
        { InnerException: { } inner } => RequestFault(inner),
        _ => null,
    };
}
