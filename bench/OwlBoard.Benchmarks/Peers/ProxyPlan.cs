using OwlBoard.Certificates;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>What a proxy has to do, whatever it is.</summary>
/// <param name="Role">What it is in the system.</param>
/// <param name="Port">The port that it listens on.</param>
/// <param name="Upstreams">The ports that it sends requests to.</param>
/// <param name="Certificates">With these it speaks mutual TLS to the upstreams, without them plain HTTP.</param>
/// <param name="Folder">A folder of its own for its files.</param>
/// <param name="Programs">The folder with the published programs.</param>
/// <param name="Cpu">The processor that it runs on.</param>
internal sealed record ProxyPlan(
    ProxyRole Role, int Port, IReadOnlyList<int> Upstreams, CertificateFolder? Certificates, string Folder, string Programs, int Cpu)
{
    /// <summary>Limits that all proxies get alike; without them each has its defaults.</summary>
    public ProxyLimits? Limits { get; init; }

    /// <summary>A second listener of a load balancer, over TLS, with HTTP/2 and HTTP/1.1.</summary>
    public TlsListener? Tls { get; init; }

    /// <summary>The access log of a load balancer, emptied after each measurement.</summary>
    public string AccessLog => Path.Combine(Folder, "access.log");

    /// <summary>Everything else that it says.</summary>
    public string Output => Path.Combine(Folder, "output.log");
}
