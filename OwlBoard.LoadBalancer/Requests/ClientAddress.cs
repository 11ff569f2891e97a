using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Targets;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// Who the client is: the socket's peer, unless that is a trusted proxy; then the right-most entry of
/// <c>X-Forwarded-For</c> that is not a trusted proxy itself. Whatever stands further left, anyone can have written.
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

    /// <summary>The client's address; IPv4 as such even where the listener is dual-stack.</summary>
    public IPAddress Of(HttpContext context) => Of(context, ClientConnection.Of(context));

    /// <summary>The same for a caller that knows the request's connection.</summary>
    public IPAddress Of(HttpContext context, ClientConnection connection)
    {
        var peer = connection.Peer;
        return IsTrusted(peer) ? Resolve(peer, context.Request.Headers[ForwardedForName]) : peer;
    }

    /// <summary>The value of <c>X-Forwarded-For</c> for the gateway: the client's own, if any, with the peer appended.</summary>
    public static string ForwardedFor(HttpContext context, ClientConnection connection)
    {
        var peer = connection.PeerText;
        var received = context.Request.Headers[ForwardedForName];
        return received.Count == 0 ? peer : $"{received}, {peer}";
    }

    /// <summary>The scheme that the client used: <c>http</c> or <c>https</c>.</summary>
    public string Scheme(HttpContext context)
    {
        var forwarded = OfTrustedProxy(context, ClientConnection.Of(context), "X-Forwarded-Proto");
        return Is(forwarded, "https", "wss") ? Uri.UriSchemeHttps
            : Is(forwarded, "http", "ws") ? Uri.UriSchemeHttp
            : context.Request.Scheme;

        static bool Is(ReadOnlySpan<char> scheme, string http, string webSocket) =>
            scheme.Equals(http, StringComparison.OrdinalIgnoreCase) || scheme.Equals(webSocket, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The host and port that the client asked for, as in <c>Host</c>.</summary>
    public string Host(HttpContext context, ClientConnection connection)
    {
        var forwarded = OfTrustedProxy(context, connection, "X-Forwarded-Host");
        return Authority.IsValid(forwarded) ? Authority.WithoutEmptyPort(forwarded).ToString() : context.Request.Headers.Host.ToString();
    }

    /// <summary>The port that the client connected to.</summary>
    public string Port(HttpContext context, ClientConnection connection)
    {
        var forwarded = OfTrustedProxy(context, connection, "X-Forwarded-Port");
        return Authority.IsPort(forwarded) ? forwarded.TrimStart('0').ToString() : connection.LocalPort;
    }

    /// <summary>
    /// Returns what the trusted proxy at the other end states in a field: the last item, since whatever precedes it may have
    /// come from the client. Empty if it states nothing or is not trusted.
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
                // An unreadable entry ends the chain: who wrote it is the last one known for certain.
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

    /// <summary>Whether the address is a trusted proxy's.</summary>
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
