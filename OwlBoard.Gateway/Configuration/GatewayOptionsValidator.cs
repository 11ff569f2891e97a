using Microsoft.Extensions.Options;

namespace OwlBoard.Gateway.Configuration;

/// <summary>Validates the settings that attributes cannot express.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private static readonly string[] Schemes = ["http", "https", "http+https", "https+http"];
    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(10);

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
            failures.Add($"Gateway:Name is '{name}'; it must be 1 to 100 letters, digits, '-', '_' and '.'.");
        }
    }

    private static void ValidateAddress(string key, string address, List<string> failures)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !Schemes.Contains(uri.Scheme) || uri.Host.Length == 0
            || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            failures.Add($"{key} is '{address}'; it must be an http or https address, as in http://user-service or http://10.0.0.5:8080.");
        }
    }

    private static void ValidateOrigins(GatewayOptions options, List<string> failures)
    {
        for (var i = 0; i < options.AllowedOrigins.Count; i++)
        {
            var origin = options.AllowedOrigins[i];
            if (origin == GatewayOptions.AnyOrigin)
            {
                if (options.AllowCredentials)
                {
                    failures.Add($"Gateway:AllowedOrigins:{i} is '*' and Gateway:AllowCredentials is true; they exclude each other. "
                        + "List the origins, or set Gateway:AllowCredentials to false.");
                }
            }
            else if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
                || !string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase))
            {
                failures.Add($"Gateway:AllowedOrigins:{i} is '{origin}'; it must be '*' or scheme, host and port without "
                    + "a path, such as http://localhost:3002.");
            }
        }
    }

    private static void ValidateTimeouts(IDictionary<string, TimeSpan> timeouts, List<string> failures)
    {
        foreach (var (service, timeout) in timeouts)
        {
            if (!BackendService.All.Any(known => known.Name.Equals(service, StringComparison.OrdinalIgnoreCase)))
            {
                failures.Add($"Gateway:ServiceTimeouts:{service} names an unknown service; it must be one of "
                    + string.Join(", ", BackendService.All.Select(known => known.Name)) + ".");
            }
            else if (timeout < MinTimeout || timeout > MaxTimeout)
            {
                failures.Add($"Gateway:ServiceTimeouts:{service} is '{timeout}'; it must be between {MinTimeout} and {MaxTimeout}.");
            }
        }
    }

    private static void ValidateBreaker(BreakerOptions breaker, List<string> failures)
    {
        if (breaker.FailureRatio is not (> 0 and <= 1))
        {
            failures.Add($"Gateway:Breaker:FailureRatio is '{breaker.FailureRatio}'; it must be above 0 and at most 1.");
        }

        if (breaker.MinimumRequests is < 2 or > 10_000)
        {
            failures.Add($"Gateway:Breaker:MinimumRequests is '{breaker.MinimumRequests}'; it must be between 2 and 10000.");
        }

        ValidateDuration("Gateway:Breaker:Window", breaker.Window, failures);
        ValidateDuration("Gateway:Breaker:BreakDuration", breaker.BreakDuration, failures);
    }

    private static void ValidateDuration(string key, TimeSpan value, List<string> failures)
    {
        // Polly's own limits are 0.5 s and one day.
        if (value < TimeSpan.FromSeconds(0.5) || value > TimeSpan.FromHours(1))
        {
            failures.Add($"{key} is '{value}'; it must be between 00:00:00.5000000 and 01:00:00.");
        }
    }
}
