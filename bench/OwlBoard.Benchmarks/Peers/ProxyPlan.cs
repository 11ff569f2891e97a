using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>The configuration of a proxy, independent of its product.</summary>
/// <param name="Role">The role of the proxy.</param>
/// <param name="Port">The port of its listener.</param>
/// <param name="Upstreams">The ports of the upstreams.</param>
/// <param name="Certificates">The certificates for mutual TLS to the upstreams; <see langword="null"/> for plain HTTP.</param>
/// <param name="Folder">The folder for its files.</param>
/// <param name="Programs">The folder with the published programs.</param>
/// <param name="Cpu">The processor that it runs on.</param>
internal sealed record ProxyPlan(
    ProxyRole Role, int Port, IReadOnlyList<int> Upstreams, CertificateFolder? Certificates, string Folder, string Programs, int Cpu)
{
    /// <summary>The limits, the same for all proxies; <see langword="null"/> for the defaults of each.</summary>
    public ProxyLimits? Limits { get; init; }

    /// <summary>The second listener of a load balancer, over TLS, with HTTP/2 and HTTP/1.1.</summary>
    public TlsListener? Tls { get; init; }

    /// <summary>The access log of a load balancer, which is truncated after each measurement.</summary>
    public string AccessLog => Path.Combine(Folder, "access.log");

    /// <summary>The file for all other output.</summary>
    public string Output => Path.Combine(Folder, "output.log");
}
