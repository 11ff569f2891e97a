using Microsoft.AspNetCore.Http;

namespace OwlBoard.Forwarding.Faults;

/// <summary>
/// The header by which a gateway reports that a 502, 503 or 504 was caused by a service and not by the gateway. Without it, a
/// single failed service would look like the failure of every gateway and affect all other services.
/// </summary>
public static class FailedService
{
    /// <summary>The name of the response header, whose value is the name of the service.</summary>
    public const string Header = "X-Failed-Service";

    /// <summary>
    /// Returns a value that indicates whether a status reports a failed server, so that the response may carry the header.
    /// </summary>
    /// <param name="statusCode">The status code.</param>
    /// <returns><see langword="true"/> if the status is 502, 503 or 504; otherwise, <see langword="false"/>.</returns>
    public static bool IsFailure(int statusCode) =>
        statusCode is StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;
}
