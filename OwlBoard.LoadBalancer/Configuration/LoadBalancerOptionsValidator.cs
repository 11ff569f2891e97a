using System.Buffers;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OwlBoard.LoadBalancer.Affinity;
using OwlBoard.LoadBalancer.Balancing;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Limits;

namespace OwlBoard.LoadBalancer.Configuration;

/// <summary>Validates the options. Each message names the key, the value and what is allowed.</summary>
internal sealed class LoadBalancerOptionsValidator : IValidateOptions<LoadBalancerOptions>
{
    private static readonly string[] GatewaySchemes = ["http", "https", "https+http", "http+https"];
    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("*{}?#% ");

    public ValidateOptionsResult Validate(string? name, LoadBalancerOptions options)
    {
        var failures = new List<string>();
        foreach (var section in new object[] { options, options.Balancing, options.Management })
        {
            ValidateAnnotations(LoadBalancerOptions.Section, section, failures);
        }

        ValidateGateways(options.Gateways, failures);
        ValidateAddress("Address", options.Address, failures);
        ValidateAddress("ManagementAddress", options.Management.ManagementAddress, failures);
        ValidatePorts(options, failures);
        ValidateRateLimit(options.RateLimit, failures);
        ValidateStickiness(options.Stickiness, failures);
        if (options.Tls.IsOn && string.IsNullOrWhiteSpace(options.Tls.CertificatePath))
        {
            failures.Add(Message("Tls:CertificatePath", options.Tls.CertificatePath, "the path of a certificate, since Tls:Port or Tls:MobilePort is set"));
        }

        if (!Algorithms.All.Contains(options.Balancing.Algorithm))
        {
            failures.Add(Message("Algorithm", options.Balancing.Algorithm, $"one of {string.Join(", ", Algorithms.All)}"));
        }

        if (options.Balancing.ConsistentHash is { By: ConsistentHashOptions.ByHeader or ConsistentHashOptions.ByCookie } hash && !IsToken(hash.Name))
        {
            failures.Add(Message("ConsistentHash:Name", hash.Name, $"the name of a {hash.By}, since ConsistentHash:By is {hash.By}"));
        }

        for (var i = 0; i < options.Proxies.TrustedProxies.Count; i++)
        {
            if (!IPNetwork.TryParse(options.Proxies.TrustedProxies[i], out _))
            {
                failures.Add(Message($"TrustedProxies:{i}", options.Proxies.TrustedProxies[i], "a network in CIDR notation, as in 10.0.0.0/8 or fd00::/8"));
            }
        }

        for (var i = 0; i < options.Management.ManagementHosts.Count; i++)
        {
            if (Uri.CheckHostName(options.Management.ManagementHosts[i]) is UriHostNameType.Unknown)
            {
                failures.Add(Message($"ManagementHosts:{i}", options.Management.ManagementHosts[i], "a host name or IP address without scheme and port, as in status.example.com"));
            }
        }

        if (options.ActiveHealth.Timeout > options.ActiveHealth.Interval)
        {
            failures.Add(Message("ActiveHealth:Timeout", options.ActiveHealth.Timeout, $"at most ActiveHealth:Interval, which is {options.ActiveHealth.Interval}"));
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void ValidateGateways(IReadOnlyList<GatewayDestinationOptions> gateways, List<string> failures)
    {
        if (gateways.Count == 0)
        {
            failures.Add(Message("Gateways", "", "at least one address"));
        }

        var names = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < gateways.Count; i++)
        {
            var gateway = gateways[i];
            if (!Uri.TryCreate(gateway.Address, UriKind.Absolute, out var uri) || !GatewaySchemes.Contains(uri.Scheme) || uri.Host.Length == 0)
            {
                failures.Add(Message($"Gateways:{i}", gateway.Address, "an http or https address, as in http://api-gateway-1 or http://10.0.0.5:8080"));
                continue;
            }

            if (uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
            {
                // Credentials are secrets: they are rejected and not logged.
                var shown = uri.UserInfo.Length > 0 ? gateway.Address.Replace(uri.UserInfo, "***", StringComparison.Ordinal) : gateway.Address;
                failures.Add(Message($"Gateways:{i}", shown, "an address without path, query or credentials"));
            }

            if (gateway.Weight is not (>= 0.001 and <= 1000))
            {
                failures.Add(Message($"Gateways:{i}:Weight", gateway.Weight, "a number from 0.001 to 1000"));
            }

            if (!string.IsNullOrEmpty(gateway.Zone) && !Regex.IsMatch(gateway.Zone, $"^(?:{BalancingOptions.ZonePattern})$", RegexOptions.None, TimeSpan.FromSeconds(1)))
            {
                failures.Add(Message($"Gateways:{i}:Zone", gateway.Zone, BalancingOptions.ZoneRequirement));
            }

            if (!names.TryAdd(gateway.EffectiveName, i))
            {
                failures.Add(Message($"Gateways:{i}:Name", gateway.EffectiveName, $"unique; Gateways:{names[gateway.EffectiveName]} has the same name"));
            }
        }
    }

    private static void ValidateAddress(string key, string address, List<string> failures)
    {
        if (address is not ("*" or "localhost") && !IPAddress.TryParse(address, out _))
        {
            failures.Add(Message(key, address, "*, localhost or an IP address"));
        }
    }

    private static void ValidatePorts(LoadBalancerOptions options, List<string> failures)
    {
        var taken = new Dictionary<int, string>();
        foreach (var (key, port) in new[]
        {
            (nameof(options.DesktopPort), options.DesktopPort),
            (nameof(options.MobilePort), options.MobilePort),
            (nameof(options.Management.ManagementPort), options.Management.ManagementPort),
            ("Tls:Port", options.Tls.Port),
            ("Tls:MobilePort", options.Tls.MobilePort),
        })
        {
            if (port != 0 && !taken.TryAdd(port, key))
            {
                failures.Add(Message(key, port, $"a port other than {LoadBalancerOptions.Section}:{taken[port]}"));
            }
        }
    }

    private static void ValidateRateLimit(RateLimitOptions limits, List<string> failures)
    {
        const double Slowest = 0.001;
        ValidateRate("RateLimit:RequestsPerSecond", limits.RequestsPerSecond);
        var paths = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < limits.Routes.Count; i++)
        {
            var route = limits.Routes[i];
            ValidateAnnotations($"{LoadBalancerOptions.Section}:RateLimit:Routes:{i}", route, failures);
            ValidateRate($"RateLimit:Routes:{i}:RequestsPerSecond", route.RequestsPerSecond);
            if (route.Path.Length < 2 || route.Path[0] != '/' || route.Path.AsSpan().ContainsAny(NotInPaths))
            {
                failures.Add(Message($"RateLimit:Routes:{i}:Path", route.Path, "a path without wildcards, as in /api/chat"));
            }
            else if (!paths.TryAdd(route.Path.TrimEnd('/'), i))
            {
                failures.Add(Message($"RateLimit:Routes:{i}:Path", route.Path, $"unique; RateLimit:Routes:{paths[route.Path.TrimEnd('/')]} has the same path"));
            }
        }

        void ValidateRate(string key, double? rate)
        {
            if (rate is > 0 and < Slowest)
            {
                failures.Add(Message(key, rate, $"0 (no limit) or at least {Slowest}"));
            }
        }
    }

    private static void ValidateStickiness(StickinessOptions stickiness, List<string> failures)
    {
        if (stickiness.By != StickinessOptions.ByCookie)
        {
            return;
        }

        if (!IsToken(stickiness.CookieName))
        {
            failures.Add(Message("Stickiness:CookieName", stickiness.CookieName, "a valid cookie name"));
        }

        var key = stickiness.Key ?? "";
        if (!Convert.TryFromBase64String(key, new byte[key.Length], out var length) || length < StickinessOptions.MinKeyBytes)
        {
            failures.Add(Message(
                "Stickiness:Key",
                key.Length == 0 ? "" : "***",
                $"at least {StickinessOptions.MinKeyBytes} random bytes in base64, since Stickiness:By is {StickinessOptions.ByCookie}; generate them with 'openssl rand -base64 32'"));
        }
    }

    /// <summary>Validates the attributes of nested sections, so that each message names the full key.</summary>
    private static void ValidateAnnotations(string path, object section, List<string> failures)
    {
        foreach (var property in section.GetType().GetProperties())
        {
            var value = property.GetValue(section);
            var key = $"{path}:{property.Name}";
            foreach (ValidationAttribute rule in property.GetCustomAttributes(typeof(ValidationAttribute), inherit: true))
            {
                if (!rule.IsValid(value))
                {
                    failures.Add(FullMessage(key, IsSecret(property.Name) ? "***" : value, Allowed(rule)));
                }
            }

            if (value is not null && property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal))
            {
                ValidateAnnotations(key, value, failures);
            }
        }
    }

    /// <summary>Indicates whether the text is a token (RFC 9110 section 5.6.2), the syntax of field and cookie names.</summary>
    private static bool IsToken(string? text) =>
        !string.IsNullOrEmpty(text) && text.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));

    private static bool IsSecret(string property) =>
        property.EndsWith("Token", StringComparison.Ordinal) || property.EndsWith("Key", StringComparison.Ordinal) || property.EndsWith("Password", StringComparison.Ordinal);

    private static string Allowed(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => $"from {range.Minimum} to {range.Maximum}",
        RequiredAttribute => "not empty",
        MinLengthAttribute length => $"at least {length.Length} characters long",
        AllowedValuesAttribute allowed => $"one of {string.Join(", ", allowed.Values)}",
        _ => rule.FormatErrorMessage("it"),
    };

    private static string Message(string key, object? value, string allowed) =>
        FullMessage($"{LoadBalancerOptions.Section}:{key}", value, allowed);

    private static string FullMessage(string key, object? value, string allowed) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key} is '{value}'; it must be {allowed}.");
}
