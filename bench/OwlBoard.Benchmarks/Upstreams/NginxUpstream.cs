using System.Globalization;
using OwlBoard.Benchmarks.Machine;
using OwlBoard.Benchmarks.Peers;
using OwlBoard.Benchmarks.Processes;
using OwlBoard.Certificates;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.Benchmarks.Upstreams;

/// <summary>
/// nginx as four upstreams: <c>…/small</c> returns 75 bytes, <c>…/10k</c>, <c>…/1m</c> and <c>…/50m</c> return a file, and
/// <c>…/post</c> reads the whole body and returns 75 bytes.
/// </summary>
internal sealed class NginxUpstream : IUpstream
{
    /// <summary>The response body of <c>…/small</c>.</summary>
    public const string SmallReply = """{"id":"0123456789abcdef01234567","title":"An owl on a board","version":"1"}""";

    private const int Count = 4;
    private const string DiscardSocket = "discard.sock";

    private readonly PinnedProcess _process;

    private NginxUpstream(PinnedProcess process, IReadOnlyList<int> ports)
    {
        _process = process;
        Ports = ports;
    }

    public IReadOnlyList<int> Ports { get; }

    /// <summary>Starts nginx.</summary>
    /// <param name="folder">A folder for its files.</param>
    /// <param name="certificates">The certificates for TLS with a required client certificate; <see langword="null"/> for plain HTTP.</param>
    public static NginxUpstream Start(string folder, CertificateFolder? certificates) =>
        Start(folder, certificates, FreePorts.Take(Count));

    /// <summary>Starts nginx with one upstream on each of the ports.</summary>
    /// <param name="folder">A folder for its files.</param>
    /// <param name="certificates">The certificates for TLS with a required client certificate; <see langword="null"/> for plain HTTP.</param>
    /// <param name="ports">The ports.</param>
    /// <param name="sendBufferBytes">The send buffer of a connection to a proxy; <see langword="null"/> for the default of the kernel.</param>
    public static NginxUpstream Start(string folder, CertificateFolder? certificates, IReadOnlyList<int> ports, int? sendBufferBytes = null)
    {
        File.WriteAllBytes(Path.Combine(folder, "10k"), new byte[10 * 1024]);
        File.WriteAllBytes(Path.Combine(folder, "1m"), new byte[1024 * 1024]);
        using (var large = File.Create(Path.Combine(folder, "50m")))
        {
            // A sparse file uses no memory if the folder is in memory.
            large.SetLength(50 * 1024 * 1024);
        }

        // A killed nginx leaves its socket file, which the next could not bind.
        File.Delete(Path.Combine(folder, DiscardSocket));
        var configuration = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(configuration, Configuration(folder, ports, certificates, sendBufferBytes));
        return new NginxUpstream(
            PinnedProcess.Start(cpu: null, Path.Combine(folder, "output.log"), "nginx", "-p", folder, "-c", configuration), ports);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Configuration(string folder, IReadOnlyList<int> ports, CertificateFolder? certificates, int? sendBufferBytes)
    {
        var listen = string.Join("\n    ", ports.Select(port => string.Create(
            CultureInfo.InvariantCulture, $"listen 127.0.0.1:{port}{(certificates is null ? "" : " ssl")} backlog=4096{(sendBufferBytes is null ? "" : $" sndbuf={sendBufferBytes}")};")));
        var tls = certificates is null ? "" : $"""
                ssl_certificate {certificates.Certificate(ResourceNames.UserService)};
                ssl_certificate_key {certificates.Certificate(ResourceNames.UserService)};
                ssl_client_certificate {certificates.Authority(ResourceNames.UserService)};
                ssl_verify_client on;
                ssl_session_cache shared:tls:4m;
            """;
        return $$"""
            {{NginxSettings.Process(folder)}}
            http {
              {{NginxSettings.TemporaryFiles(folder)}}
              access_log off;
              default_type application/json;
              sendfile on;
              tcp_nopush on;
              open_file_cache max=16;
              client_body_buffer_size 128k;
              keepalive_requests 1000000000;
              keepalive_timeout 130s;
              upstream discard { server unix:{{folder}}/{{DiscardSocket}}; keepalive 64; keepalive_requests 1000000000; }
              server {
                listen unix:{{folder}}/{{DiscardSocket}};
                location / { return 200 '{{SmallReply}}'; }
              }
              server {
                {{listen}}
            {{tls}}
                root {{folder}};
                location ~ /small$ { return 200 '{{SmallReply}}'; }
                location ~ /10k$ { rewrite ^ /10k break; }
                location ~ /1m$ { rewrite ^ /1m break; }
                location ~ /50m$ { rewrite ^ /50m break; }
                # "return" would respond before the body is received; proxy_pass reads all of it first.
                location ~ /post$ {
                  proxy_pass http://discard;
                  proxy_http_version 1.1;
                  proxy_pass_request_body off;
                  proxy_set_header Content-Length "";
                  proxy_set_header Connection "";
                }
                location / { return 200 'healthy'; }
              }
            }
            """;
    }
}
