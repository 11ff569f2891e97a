using System.Buffers;
using System.Net;
using BenchmarkDotNet.Attributes;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.MicroBenchmarks;

/// <summary>Formats one line of the access log, which is written asynchronously. May allocate.</summary>
[MemoryDiagnoser]
public class AccessLogBenchmarks
{
    private static readonly AccessLogEntry Entry = new(
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Listener: "desktop",
        IPAddress.Parse("203.0.113.1"),
        Method: "GET",
        Target: RequestTarget.Parse("/api/canvas/0123456789abcdef?id=17"),
        Protocol: "HTTP/1.1",
        Status: 200,
        Bytes: 75,
        TimeSpan.FromMilliseconds(1.5),
        UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        Upstream: "api-gateway-1",
        Attempts: 1,
        TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    private readonly ArrayBufferWriter<byte> _bytes = new();

    [Benchmark(Baseline = true)]
    public int Text()
    {
        _bytes.ResetWrittenCount();
        AccessLogFormat.WriteText(Entry, _bytes);
        return _bytes.WrittenCount;
    }

    [Benchmark]
    public int Json()
    {
        _bytes.ResetWrittenCount();
        AccessLogFormat.WriteJson(Entry, _bytes);
        return _bytes.WrittenCount;
    }
}
