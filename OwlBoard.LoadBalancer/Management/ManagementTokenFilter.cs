using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using OwlBoard.LoadBalancer.Configuration;
using OwlBoard.LoadBalancer.Forwarding;

namespace OwlBoard.LoadBalancer.Management;

/// <summary>Lets only those through who know <see cref="LoadBalancerOptions.ManagementToken"/>.</summary>
internal sealed class ManagementTokenFilter(LiveOptions options) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (string.IsNullOrEmpty(options.Current.ManagementToken))
        {
            await Problem.WriteAsync(http, new ProblemDetails
            {
                Status = StatusCodes.Status403Forbidden,
                Detail = $"Gateways can be drained by hand once {LoadBalancerOptions.Section}:{nameof(LoadBalancerOptions.ManagementToken)} is set.",
            });
            return Results.Empty;
        }

        if (!IsAuthorized(http.Request.Headers.Authorization.ToString(), options.Current.ManagementToken))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await Problem.WriteAsync(http, new ProblemDetails
            {
                Status = StatusCodes.Status401Unauthorized,
                Detail = "The management token is missing or wrong.",
            });
            return Results.Empty;
        }

        return await next(context);
    }

    /// <summary>Compares hashes: in constant time, and without telling the token's length.</summary>
    private static bool IsAuthorized(string authorization, string token) =>
        authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..])),
            SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
