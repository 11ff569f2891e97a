using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Targets;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// Determines the address of the client: the socket's peer or, if that is a trusted proxy, the right-most entry of
/// <c>X-Forwarded-For</c> that is not a trusted proxy. Entries further left may be forged.
/// </summary>
internal sealed class ClientAddress : IDisposable
{
    private const string ForwardedForName = "X-Forwarded-For";

    private readonly IDisposable? _reload;
    private volatile IPNetwork[] _trusted;

    public ClientAddress(IOptionsMonitor<TrustedProxyOptions> options)
    {
        _trusted = Parse(options.CurrentValue);
        _reload = options.OnChange(changed => _trusted = Parse(changed));
    }

    public void Dispose() => _reload?.Dispose();

    /// <summary>Returns the client's address. An IPv4-mapped IPv6 address is returned as IPv4.</summary>
    public IPAddress Of(HttpContext context) => Of(context, ClientConnection.Of(context));

    /// <summary>Returns the client's address, for a caller that has the request's connection.</summary>
    public IPAddress Of(HttpContext context, ClientConnection connection)
    {
        var peer = connection.Peer;
        return IsTrusted(peer) ? Resolve(peer, context.Request.Headers[ForwardedForName]) : peer;
    }

    /// <summary>Returns the value of <c>X-Forwarded-For</c> for the gateway: the received entries and the peer.</summary>
    public static string ForwardedFor(HttpContext context, ClientConnection connection)
    {
        var peer = connection.PeerText;
        var received = context.Request.Headers[ForwardedForName];
        return received.Count == 0 ? peer : $"{received}, {peer}";
    }

    /// <summary>Returns the scheme that the client used: <c>http</c> or <c>https</c>.</summary>
    public string Scheme(HttpContext context)
    {
        var forwarded = OfTrustedProxy(context, ClientConnection.Of(context), "X-Forwarded-Proto");
        return Is(forwarded, "https", "wss") ? Uri.UriSchemeHttps
            : Is(forwarded, "http", "ws") ? Uri.UriSchemeHttp
            : context.Request.Scheme;

        static bool Is(ReadOnlySpan<char> scheme, string http, string webSocket) =>
            scheme.Equals(http, StringComparison.OrdinalIgnoreCase) || scheme.Equals(webSocket, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Returns the host and port that the client requested, as in <c>Host</c>.</summary>
    public string Host(HttpContext context, ClientConnection connection)
    {
        var forwarded = OfTrustedProxy(context, connection, "X-Forwarded-Host");
        return Authority.IsValid(forwarded) ? Authority.WithoutEmptyPort(forwarded).ToString() : context.Request.Headers.Host.ToString();
    }

    /// <summary>Returns the port that the client connected to.</summary>
    public string Port(HttpContext context, ClientConnection connection)
    {
        var forwarded = OfTrustedProxy(context, connection, "X-Forwarded-Port");
        return Authority.IsPort(forwarded) ? forwarded.TrimStart('0').ToString() : connection.LocalPort;
    }

    /// <summary>
    /// Returns the last item of a field from a trusted proxy; the items before it may come from the client. Returns an empty span
    /// if the field is missing or the peer is not trusted.
    /// </summary>
    private ReadOnlySpan<char> OfTrustedProxy(HttpContext context, ClientConnection connection, string name)
    {
        if (_trusted.Length == 0 || context.Request.Headers[name] is not [.., { } last] || !IsTrusted(connection.Peer))
        {
            return [];
        }

        return last.AsSpan(last.LastIndexOf(',') + 1).Trim();
    }

    private static IPNetwork[] Parse(TrustedProxyOptions options) => [.. options.TrustedProxies.Select(IPNetwork.Parse)];

    private IPAddress Resolve(IPAddress client, StringValues forwarded)
    {
        for (var line = forwarded.Count - 1; line >= 0; line--)
        {
            var entries = forwarded[line]!.Split(',', StringSplitOptions.TrimEntries);
            for (var i = entries.Length - 1; i >= 0; i--)
            {
                // A malformed entry ends the chain: the proxy that sent it is the last known address.
                if (!IPEndPoint.TryParse(entries[i], out var entry))
                {
                    return client;
                }

                client = ClientConnection.Normalize(entry.Address);
                if (!IsTrusted(client))
                {
                    return client;
                }
            }
        }

        return client;
    }

    /// <summary>Returns a value that indicates whether the address belongs to a trusted proxy.</summary>
    public bool IsTrusted(IPAddress address)
    {
        foreach (var network in _trusted)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
