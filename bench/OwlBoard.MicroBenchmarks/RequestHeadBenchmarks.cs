using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Forwarding.Transport;

namespace OwlBoard.MicroBenchmarks;

/// <summary>
/// Writes a browser's request head for a gateway, with the load balancer's five fields. Allocates only the enumerator of the
/// header dictionary, which is accessed through an interface.
/// </summary>
[MemoryDiagnoser]
public class RequestHeadBenchmarks
{
    private readonly byte[] _buffer = new byte[4096];
    private readonly DefaultHttpContext _context = new();
    private readonly SocketRequest _request = new();
    private ServiceProvider _services = null!;
    private ConnectionPool _pool = null!;
    private RequestBody _body;

    [GlobalSetup]
    public void Start()
    {
        _services = new ServiceCollection().AddMetrics().AddLogging().AddSingleton<SocketLoops>().AddSingleton<ForwardingMetrics>().BuildServiceProvider();
        _pool = new ConnectionPool(
            _services.GetRequiredService<SocketLoops>(), "http://127.0.0.1:8080", new UpstreamConnectionOptions(), _services.GetRequiredService<ForwardingMetrics>(), TimeProvider.System);
        var request = _context.Request;
        request.Method = "GET";
        _context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/api/canvas/0123456789abcdef?id=17";
        request.Host = new HostString("localhost", 8000);
        request.Headers.Accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        request.Headers.AcceptEncoding = "gzip, deflate, br, zstd";
        request.Headers.AcceptLanguage = "en-GB,en;q=0.5";
        request.Headers.Connection = "keep-alive";
        request.Headers.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        request.Headers.Cookie = "session=0123456789abcdef0123456789abcdef";
        _request.Begin(_context, _pool.Address);
        _request.SetFields(new FieldBlock(
            new("X-Real-IP", "203.0.113.1"),
            new("X-Forwarded-For", "203.0.113.1"),
            new("X-Forwarded-Proto", "http"),
            new("X-Forwarded-Host", "localhost:8000"),
            new("X-Forwarded-Port", "8000")));
        _body = RequestBody.Of(_context, isUpgrade: true);
    }

    [GlobalCleanup]
    public void Stop() => _services.Dispose();

    [Benchmark]
    public int Write()
    {
        var writer = new HeadWriter(_buffer);
        RequestHeadWriter.Write(ref writer, _context, _pool, _request, _body, isUpgrade: false);
        return writer.Length;
    }
}
