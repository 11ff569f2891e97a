using Microsoft.Extensions.Options;
using OwlBoard.Gateway.Cors;
using OwlBoard.Gateway.Routing;

namespace OwlBoard.Gateway;

/// <summary>What attributes cannot say about the settings.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private static readonly string[] Schemes = ["http", "https", "http+https", "https+http"];
    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan GreatestTimeout = TimeSpan.FromMinutes(10);

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        ValidateName(options.Name, failures);
        foreach (var service in BackendService.All)
        {
            ValidateAddress($"Gateway:Services:{service.Name}", service.Address(options.Services), failures);
        }

        ValidateOrigins(options, failures);
        ValidateTimeouts(options.ServiceTimeouts, failures);
        ValidateBreaker(options.Breaker, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void ValidateName(string name, List<string> failures)
    {
        if (name.Length is 0 or > 100 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            failures.Add($"Gateway:Name is '{name}': allowed are 1 to 100 letters, digits, '-', '_' and '.'");
        }
    }

    private static void ValidateAddress(string key, string address, List<string> failures)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !Schemes.Contains(uri.Scheme) || uri.Host.Length == 0
            || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            failures.Add($"{key} is '{address}': allowed is an http or https address, as http://user-service or http://10.0.0.5:8080");
        }
    }

    private static void ValidateOrigins(GatewayOptions options, List<string> failures)
    {
        for (var i = 0; i < options.AllowedOrigins.Count; i++)
        {
            var origin = options.AllowedOrigins[i];
            if (origin == GatewayCorsPolicy.AnyOrigin)
            {
                if (options.AllowCredentials)
                {
                    failures.Add($"Gateway:AllowedOrigins:{i} is '*' while Gateway:AllowCredentials is 'True': allowed is one of them. "
                        + "List the origins, or set Gateway:AllowCredentials to false");
                }
            }
            else if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                || !string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase))
            {
                failures.Add($"Gateway:AllowedOrigins:{i} is '{origin}': allowed are '*' and scheme, host and port without "
                    + "a path, as http://localhost:3002");
            }
        }
    }

    private static void ValidateTimeouts(IDictionary<string, TimeSpan> timeouts, List<string> failures)
    {
        foreach (var (service, timeout) in timeouts)
        {
            if (!BackendService.All.Any(known => known.Name.Equals(service, StringComparison.OrdinalIgnoreCase)))
            {
                failures.Add($"Gateway:ServiceTimeouts:{service} names no service: allowed are "
                    + string.Join(", ", BackendService.All.Select(known => known.Name)));
            }
            else if (timeout < LeastTimeout || timeout > GreatestTimeout)
            {
                failures.Add($"Gateway:ServiceTimeouts:{service} is '{timeout}': allowed are durations from {LeastTimeout} to {GreatestTimeout}");
            }
        }
    }

    private static void ValidateBreaker(BreakerOptions breaker, List<string> failures)
    {
        if (breaker.FailureRatio is not (> 0 and <= 1))
        {
            failures.Add($"Gateway:Breaker:FailureRatio is '{breaker.FailureRatio}': allowed are numbers above 0 up to 1");
        }

        if (breaker.MinimumRequests is < 2 or > 10_000)
        {
            failures.Add($"Gateway:Breaker:MinimumRequests is '{breaker.MinimumRequests}': allowed are numbers from 2 to 10000");
        }

        ValidateDuration("Gateway:Breaker:Window", breaker.Window, failures);
        ValidateDuration("Gateway:Breaker:BreakDuration", breaker.BreakDuration, failures);
    }

    private static void ValidateDuration(string key, TimeSpan value, List<string> failures)
    {
        // The library's own limits are 0.5 s and a day.
        if (value < TimeSpan.FromSeconds(0.5) || value > TimeSpan.FromHours(1))
        {
            failures.Add($"{key} is '{value}': allowed are durations from 00:00:00.5000000 to 01:00:00");
        }
    }
}
