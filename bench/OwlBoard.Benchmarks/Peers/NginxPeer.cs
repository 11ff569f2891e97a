using OwlBoard.Benchmarks.Processes;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Peers;

/// <summary>nginx with one worker, configured with the features of the load balancer or the gateway.</summary>
internal sealed class NginxPeer(string name) : Peer(name)
{
    public override bool NeedsWarmUp => false;

    public override PinnedProcess Start(ProxyPlan plan)
    {
        var configuration = Path.Combine(plan.Folder, "nginx.conf");
        File.WriteAllText(configuration, Configuration(plan));
        return PinnedProcess.Start(plan.Cpu, plan.Output, "nginx", "-p", plan.Folder, "-c", configuration);
    }

    private static string Configuration(ProxyPlan plan) =>
        $$"""
        {{NginxSettings.Process(plan.Folder, plan.Limits)}}
        http {
          {{NginxSettings.TemporaryFiles(plan.Folder)}}
          log_format main '$remote_addr [$time_iso8601] "$request" $status $body_bytes_sent $request_time "$http_user_agent" upstream: $upstream_addr';
          {{(plan.Role == ProxyRole.LoadBalancer ? $"access_log {plan.AccessLog} main;" : "access_log off;")}}
          server_tokens off;
          # No limit on the requests of a connection, like the other proxies; the default is 1,000.
          keepalive_requests 1000000000;
          keepalive_timeout 75s;
          client_max_body_size 10m;
          client_header_timeout 30s;
          client_body_timeout 30s;
          # No buffering in files, like the other proxies; the default is 16k and a file.
          client_body_buffer_size 128k;
          proxy_max_temp_file_size 0;
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          upstream upstreams {
            least_conn;
            {{string.Join("\n    ", plan.Upstreams.Select(port => $"server 127.0.0.1:{port} max_fails=3 fail_timeout={plan.Limits?.RetryFailedAfter.TotalSeconds ?? 30:0}s;"))}}
            keepalive 64;
            keepalive_requests 1000000000;
          }
          server {
            listen 127.0.0.1:{{plan.Port}} backlog=4096;
        {{(plan.Tls is { } tls ? Listen(tls) : "")}}
            proxy_http_version 1.1;
        {{(plan.Role == ProxyRole.LoadBalancer ? LoadBalancer : Gateway(plan.Certificates))}}
          }
        }
        """;

    private const string LoadBalancer =
        """
            location / {
              proxy_pass http://upstreams;
              # Without an empty "Connection", nginx would open a new connection for each request. Set here, because a
              # location with any proxy_set_header inherits none from the server.
              proxy_set_header Connection $connection_upgrade;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Host $http_host;
              proxy_set_header X-Real-IP $remote_addr;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header X-Forwarded-Host $http_host;
              proxy_set_header X-Forwarded-Port $server_port;
              proxy_connect_timeout 2s;
              proxy_read_timeout 60s;
              proxy_next_upstream error timeout http_502 http_503 http_504;
              proxy_next_upstream_tries 2;
              proxy_next_upstream_timeout 10s;
              add_header X-Load-Balancer OwlBoard-LB always;
              add_header X-Upstream-Server $upstream_addr always;
              add_header X-Frame-Options SAMEORIGIN always;
              add_header X-Content-Type-Options nosniff always;
              add_header Referrer-Policy strict-origin-when-cross-origin always;
            }
        """;

    private static string Listen(TlsListener tls) =>
        $"""
            listen 127.0.0.1:{tls.Port} ssl http2 backlog=4096;
            ssl_certificate {tls.Certificate};
            ssl_certificate_key {tls.Certificate};
        """;

    private static string Gateway(CertificateFolder? certificates) =>
        $$"""
            location /api/ {
              proxy_pass {{(certificates is null ? "http" : "https")}}://upstreams/;
              proxy_set_header Connection $connection_upgrade;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Host {{(certificates is null ? "$http_host" : ResourceNames.UserService)}};
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_connect_timeout 1s;
              proxy_read_timeout 30s;
              proxy_next_upstream off;
              add_header X-Gateway api-gateway always;
        {{(certificates is null ? "" : Tls(certificates))}}
            }
        """;

    private static string Tls(CertificateFolder certificates) =>
        $"""
              proxy_ssl_certificate {certificates.Certificate(ResourceNames.GatewayIdentity)};
              proxy_ssl_certificate_key {certificates.Certificate(ResourceNames.GatewayIdentity)};
              proxy_ssl_trusted_certificate {certificates.Authority(ResourceNames.GatewayIdentity)};
              proxy_ssl_verify on;
              proxy_ssl_server_name on;
              proxy_ssl_name {ResourceNames.UserService};
        """;
}
