using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Faults;

/// <summary>
/// How a gateway tells the load balancer that a 502, 503 or 504 is a service's fault and not its own. Without it, one
/// service that is down would look like the failure of every gateway, and take the other services along.
/// </summary>
public static class FailedService
{
    /// <summary>The response header that names the service.</summary>
    public const string Header = "X-Failed-Service";

    /// <summary>Whether an answer with this status says that somebody failed, and may carry the header.</summary>
    /// <param name="statusCode">The status code.</param>
    /// <returns>Whether it is 502, 503 or 504.</returns>
    public static bool IsFailure(int statusCode) =>
        statusCode is StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;
}
