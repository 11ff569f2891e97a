using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Requests;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Affinity;

/// <summary>
/// The cookie that names a client's gateway, signed so that a client cannot choose one. There is one valid value per
/// gateway: a received value is compared with these and never parsed.
/// </summary>
internal sealed class GatewayCookie : IDisposable
{
    /// <summary>The signature's domain separator, in case the key is also used elsewhere.</summary>
    private const string Purpose = "OwlBoard gateway cookie 1\n";

    private readonly GatewayRegistry _gateways;
    private readonly ClientAddress _client;
    private readonly IDisposable? _reload;
    private volatile Values? _values;

    public GatewayCookie(GatewayRegistry gateways, ClientAddress client, IOptionsMonitor<StickinessOptions> options)
    {
        _gateways = gateways;
        _client = client;
        Update(options.CurrentValue);
        _reload = options.OnChange(Update);
    }

    public void Dispose() => _reload?.Dispose();

    /// <summary>
    /// Returns the candidate that the request's cookie names, or <see langword="null"/>. A client may send several cookies
    /// of the name, with another path or an earlier key: the first valid one counts.
    /// </summary>
    public DestinationState? Find(HttpContext context, IReadOnlyList<DestinationState> candidates)
    {
        if (_values is not { } values)
        {
            return null;
        }

        foreach (var line in context.Request.Headers.Cookie)
        {
            foreach (var range in line.AsSpan().Split(';'))
            {
                if (!TryGetValue(line.AsSpan(range), values.Settings.CookieName, out var received))
                {
                    continue;
                }

                for (var i = 0; i < candidates.Count; i++)
                {
                    if (IsEqual(values.Of(_gateways.Of(candidates[i])), received))
                    {
                        return candidates[i];
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Sets the cookie that names the gateway, unless the request already has it.</summary>
    public void Renew(HttpContext context, Gateway gateway)
    {
        if (_values is not { } values || IsNamed(context.Request.Headers.Cookie, values.Settings.CookieName, values.Of(gateway)))
        {
            return;
        }

        var settings = values.Settings;
        context.Response.Cookies.Append(settings.CookieName, values.Of(gateway), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = _client.Scheme(context) == "https",
            Path = "/",
            MaxAge = settings.CookieLifetime > TimeSpan.Zero ? settings.CookieLifetime : null,
        });
    }

    private static bool IsNamed(StringValues cookies, string name, string value)
    {
        foreach (var line in cookies)
        {
            foreach (var range in line.AsSpan().Split(';'))
            {
                if (TryGetValue(line.AsSpan(range), name, out var received) && IsEqual(value, received))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool TryGetValue(ReadOnlySpan<char> cookie, string name, out ReadOnlySpan<char> value)
    {
        cookie = cookie.Trim();
        if (cookie.Length > name.Length && cookie[name.Length] == '=' && cookie.StartsWith(name))
        {
            value = cookie[(name.Length + 1)..];
            return true;
        }

        value = default;
        return false;
    }

    private static bool IsEqual(string value, ReadOnlySpan<char> received) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(value.AsSpan()), MemoryMarshal.AsBytes(received));

    private void Update(StickinessOptions options) =>
        _values = options.By == StickinessOptions.ByCookie ? new Values(options) : null;

    /// <summary>A cache of the cookie values of all gateways under one key.</summary>
    private sealed class Values(StickinessOptions settings)
    {
        private readonly byte[] _key = Convert.FromBase64String(settings.Key!);
        private readonly ConditionalWeakTable<Gateway, string> _values = [];

        public StickinessOptions Settings => settings;

        public string Of(Gateway gateway) => _values.TryGetValue(gateway, out var value) ? value : _values.GetValue(gateway, Make);

        private string Make(Gateway gateway) => string.Concat(
            Base64Url.EncodeToString(Encoding.UTF8.GetBytes(gateway.Name)),
            ".",
            Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(Purpose + gateway.Name))));
    }
}
