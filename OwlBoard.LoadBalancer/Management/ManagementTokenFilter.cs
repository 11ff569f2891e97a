using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>Requires <see cref="ManagementOptions.ManagementToken"/> as a bearer token (RFC 6750).</summary>
internal sealed partial class ManagementTokenFilter(
    IOptionsMonitor<ManagementOptions> options, TokenThrottle throttle, ClientAddress client, ILogger<ManagementTokenFilter> logger) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (await TryRefuseAsync(http))
        {
            return Results.Empty;
        }

        return await next(context);
    }

    private async Task<bool> TryRefuseAsync(HttpContext http)
    {
        if (options.CurrentValue.ManagementToken is not { Length: > 0 } token)
        {
            await RefuseAsync(
                http, StatusCodes.Status403Forbidden, $"Draining gateways requires LoadBalancer:{nameof(ManagementOptions.ManagementToken)} to be set.");
            return true;
        }

        var authorization = http.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            // Not counted as a guess: a cross-origin web page can send this request, but no Authorization field.
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, "The management token is missing.");
            return true;
        }

        var address = client.Of(http);
        if (throttle.TryAuthorize(address, authorization[Scheme.Length..], token, out var wait))
        {
            return false;
        }

        if (wait > TimeSpan.Zero)
        {
            // RFC 9110 section 10.2.3: whole seconds.
            var seconds = (long)Math.Ceiling(wait.TotalSeconds);
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(http, StatusCodes.Status429TooManyRequests, $"Too many wrong management tokens from this address; try again in {seconds} s.");
            return true;
        }

        LogWrongToken(address);
        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        await RefuseAsync(http, StatusCodes.Status401Unauthorized, "The management token is wrong.");
        return true;
    }

    private static Task RefuseAsync(HttpContext http, int status, string detail) =>
        Problem.WriteAsync(http, new ProblemDetails { Status = status, Detail = detail });

    /// <summary>Logs a wrong token. Throttled requests are not logged, so guesses cannot flood the log.</summary>
    [LoggerMessage(1, LogLevel.Warning, "A request from {Client} to the management port had a wrong token.")]
    private partial void LogWrongToken(IPAddress client);
}
