using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;

namespace OwlBoard.Services.Http;

/// <summary>Responds to errors outside of the endpoints, always with a <c>detail</c>.</summary>
internal sealed partial class ApiExceptionHandler(ILogger<ApiExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, detail) = exception switch
        {
            ApiException refused => (refused.StatusCode, refused.Message),
            BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad =>
                (StatusCodes.Status422UnprocessableEntity, Explain(bad.Message)),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            _ => (StatusCodes.Status500InternalServerError, "The service failed to handle this request"),
        };
        if (status == StatusCodes.Status500InternalServerError)
        {
            LogFailure(exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName ?? "no endpoint");
        }

        var response = httpContext.Response;
        response.StatusCode = status;
        string? contentType = null;
        if (exception is ApiException { RetryAfter: { } wait })
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            // Like the load balancer's and the gateways' refusals (RFC 9457). The body has the same detail.
            contentType = MediaTypeNames.Application.ProblemJson;
        }

        await response.WriteAsJsonAsync(new ErrorBody(detail), ApiConventions.Json, contentType, cancellationToken);
        return true;
    }

    /// <summary>Replaces the framework's message, which names source code, with one in the API's terms.</summary>
    private static string Explain(string message)
    {
        var parameter = FrameworkMessage().Match(message);
        if (!parameter.Success)
        {
            return message;
        }

        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Groups["name"].Value);
        return message.StartsWith("Required", StringComparison.Ordinal)
            ? $"{name} is required"
            : $"{name} is not valid";
    }

    [GeneratedRegex("""^(?:Failed to bind|Required) parameter "\S+ (?<name>\w+)" """)]
    private static partial Regex FrameworkMessage();

    [LoggerMessage(1, LogLevel.Error, "{Method} {Endpoint} failed")]
    private partial void LogFailure(Exception exception, string method, string endpoint);
}
