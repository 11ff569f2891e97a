using System.Globalization;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>HAProxy with one thread, configured with the features of the load balancer or the gateway.</summary>
internal sealed class HAProxyPeer(string name) : Peer(name)
{
    public override bool NeedsWarmUp => false;

    public override PinnedProcess Start(ProxyPlan plan)
    {
        var configuration = Path.Combine(plan.Folder, "haproxy.cfg");
        File.WriteAllText(configuration, Configuration(plan));
        // HAProxy logs to standard output, so its output is the access log.
        var log = plan.Role == ProxyRole.LoadBalancer ? plan.AccessLog : plan.Output;
        return PinnedProcess.Start(plan.Cpu, log, "haproxy", "-db", "-f", configuration);
    }

    private static string Configuration(ProxyPlan plan) =>
        $"""
        global
          nbthread 1
          maxconn {plan.Limits?.Connections ?? 7000}
          {(plan.Role == ProxyRole.LoadBalancer ? "log stdout format raw local0 info" : "")}
        defaults
          mode http
          {(plan.Role == ProxyRole.LoadBalancer ? "log global\n  option httplog" : "")}
          option dontlognull
          timeout connect 2s
          timeout client 75s
          timeout http-request 30s
          timeout server 60s
          timeout http-keep-alive 75s
          timeout tunnel 24h
        frontend front
          bind 127.0.0.1:{plan.Port} backlog 4096
          {(plan.Tls is { } tls ? $"bind 127.0.0.1:{tls.Port} ssl crt {tls.Certificate} alpn h2,http/1.1 backlog 4096" : "")}
        {(plan.Role == ProxyRole.LoadBalancer ? LoadBalancer : Gateway(plan.Certificates))}
          default_backend upstreams
        backend upstreams
          balance leastconn
          http-reuse always
        {(plan.Role == ProxyRole.LoadBalancer ? Retries : "  retries 0")}
        {string.Join('\n', plan.Upstreams.Select((port, i) => Server(plan, port, i)))}

        """;

    private const string LoadBalancer =
        """
          option forwardfor
          http-request set-header X-Real-IP %[src]
          http-request set-header X-Forwarded-Proto http
          http-request set-header X-Forwarded-Host %[req.hdr(host)]
          http-request set-header X-Forwarded-Port %[dst_port]
          http-response set-header X-Load-Balancer OwlBoard-LB
          http-response set-header X-Upstream-Server %[srv_name]
          http-response set-header X-Frame-Options SAMEORIGIN
          http-response set-header X-Content-Type-Options nosniff
          http-response set-header Referrer-Policy strict-origin-when-cross-origin
        """;

    private const string Retries =
        """
          retries 1
          option redispatch 1
          retry-on conn-failure empty-response response-timeout 502 503 504
          option httpchk GET /health
          default-server check inter 2s fall 2 rise 1
        """;

    private static string Gateway(CertificateFolder? certificates) =>
        $"""
          option forwardfor
          http-request replace-path /api(/.*) \1
          {(certificates is null ? "" : $"http-request set-header Host {ResourceNames.UserService}")}
          http-response set-header X-Gateway api-gateway
        """;

    private static string Server(ProxyPlan plan, int port, int index)
    {
        var tls = plan.Certificates is not { } certificates ? "" :
            $" ssl crt {certificates.Certificate(ResourceNames.GatewayIdentity)} ca-file {certificates.Authority(ResourceNames.GatewayIdentity)}"
            + $" verify required sni str({ResourceNames.UserService}) verifyhost {ResourceNames.UserService}";
        return string.Create(CultureInfo.InvariantCulture, $"  server api-gateway-{index + 1} 127.0.0.1:{port} pool-max-conn 64{tls}");
    }
}
