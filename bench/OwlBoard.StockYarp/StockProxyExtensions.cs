using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Yarp.ReverseProxy.Configuration;

namespace OwlBoard.StockYarp;

internal static class StockProxyExtensions
{
    private const string ClusterId = "upstreams";

    /// <summary>
    /// Adds the proxy by the settings <c>Upstream:0</c>…, <c>RemovePrefix</c>, and <c>Certificate</c> and <c>Authority</c>, PEM
    /// files for upstreams that require a client certificate.
    /// </summary>
    public static void AddStockProxy(this IServiceCollection services, IConfiguration settings)
    {
        var proxy = services.AddReverseProxy().LoadFromMemory([Route(settings)], [Cluster(settings)]);
        if (settings["Certificate"] is { } certificate)
        {
            var options = MutualTls(certificate, settings["Authority"]!);
            proxy.ConfigureHttpClient((_, handler) => handler.SslOptions = options);
        }
    }

    private static RouteConfig Route(IConfiguration settings) => new()
    {
        RouteId = "all",
        ClusterId = ClusterId,
        Match = new RouteMatch { Path = "/{**path}" },
        Transforms = settings["RemovePrefix"] is { } prefix
            ? [new Dictionary<string, string> { ["PathRemovePrefix"] = prefix }]
            : null,
    };

    private static ClusterConfig Cluster(IConfiguration settings) => new()
    {
        ClusterId = ClusterId,
        Destinations = settings.GetSection("Upstream").GetChildren()
            .ToDictionary(upstream => upstream.Key, upstream => new DestinationConfig { Address = upstream.Value! }),
    };

    private static SslClientAuthenticationOptions MutualTls(string certificate, string authority)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authority);
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.AddRange(authorities);
        return new SslClientAuthenticationOptions
        {
            ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPemFile(certificate), additionalCertificates: null, offline: true),
            CertificateChainPolicy = chain,
        };
    }
}
