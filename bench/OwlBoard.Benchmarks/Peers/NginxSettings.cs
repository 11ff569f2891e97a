namespace OwlBoard.Benchmarks.Peers;

/// <summary>The settings shared by all nginx configurations.</summary>
internal static class NginxSettings
{
    /// <summary>Returns all settings outside <c>http</c>.</summary>
    /// <param name="folder">The folder of the files of nginx.</param>
    /// <param name="limits">The limits. nginx counts connections to clients and to upstreams together.</param>
    public static string Process(string folder, ProxyLimits? limits = null) =>
        $$"""
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        daemon off;
        worker_processes 1;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log error;
        events { worker_connections {{(limits is null ? 16_384 : 2 * limits.Connections)}}; }
        """;

    /// <summary>The folders that nginx creates at startup.</summary>
    public static string TemporaryFiles(string folder) =>
        $"""
        client_body_temp_path {folder}/body;
          proxy_temp_path {folder}/proxy;
          fastcgi_temp_path {folder}/fastcgi;
          uwsgi_temp_path {folder}/uwsgi;
          scgi_temp_path {folder}/scgi;
        """;
}
