using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Transforms;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Transport;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>The steps that each request passes through allocate nothing in steady state.</summary>
[Trait("Category", "Unit")]
public sealed class AllocationTests
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Length: 75\r\nContent-Type: application/json; charset=utf-8\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n"
        + "Cache-Control: no-store\r\nVary: Origin\r\nX-Gateway: api-gateway-1\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n");

    [Fact]
    public void Parsing_a_response_head_does_not_allocate()
    {
        var head = new ResponseHead();

        Assert.Equal(0, Allocations.By(() =>
        {
            Assert.False(ResponseHeadParser.TryParse(Head.AsSpan(0, Head.Length - 1), head));
            Assert.True(ResponseHeadParser.TryParse(Head, head));
            _ = head.Framing(isHead: false);
            Assert.True(head.IsNamedByConnection(Head, "x-hop"u8));
        }));

        Assert.Equal(8, head.Fields.Length);
    }

    [Fact]
    public void Copying_a_response_head_does_not_allocate_when_its_values_were_seen_before()
    {
        var head = new ResponseHead();
        ResponseHeadParser.TryParse(Head, head);
        var response = new DefaultHttpContext().Response;

        Assert.Equal(0, Allocations.By(() =>
        {
            response.Headers.Clear();
            ResponseHeadCopier.Copy(Head, head, response, hasReason: true);
        }));

        Assert.Equal("api-gateway-1", response.Headers["X-Gateway"]);
    }

    [Fact]
    public void Decoding_chunks_does_not_allocate()
    {
        var body = Encoding.ASCII.GetBytes("5\r\nhello\r\n6;name=value\r\n world\r\n0\r\n");
        var length = 0;

        Assert.Equal(0, Allocations.By(() =>
        {
            var decoder = new ChunkedDecoder();
            length = 0;
            for (var position = 0; !decoder.IsAtTrailers;)
            {
                position += decoder.Read(body.AsSpan(position), out var data);
                length += data.Length;
            }
        }));

        Assert.Equal("hello world".Length, length);
    }

    [Fact]
    public void Writing_text_fields_and_numbers_does_not_allocate()
    {
        var buffer = new byte[4096];
        var length = 0;

        Assert.Equal(0, Allocations.By(() =>
        {
            var writer = new HeadWriter(buffer);
            writer.Write("/plain/path?a=b");
            writer.WriteField("X-Name", "value");
            writer.WriteNumber(12345);
            length = writer.Length;
        }));

        Assert.Equal("/plain/path?a=bX-Name: value\r\n12345", Encoding.ASCII.GetString(buffer, 0, length));
    }

    [Fact]
    public void Writing_a_request_head_allocates_no_more_than_the_enumerator_of_its_fields()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<ForwardingMetrics>().BuildServiceProvider();
        var pool = new ConnectionPool(
            TestLoops.Instance, "http://127.0.0.1:8080", new UpstreamConnectionOptions(), services.GetRequiredService<ForwardingMetrics>(), TimeProvider.System);
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/api/canvas/17?id=17";
        context.Request.Host = new HostString("localhost", 8000);
        context.Request.Headers.Accept = "*/*";
        context.Request.Headers.UserAgent = "test";
        var request = new SocketRequest();
        request.Begin(context, pool.Address);
        request.SetFields(new FieldBlock(new KeyValuePair<string, string>("X-Real-IP", "203.0.113.1")));
        request.SetField("X-Forwarded-Port", "8000");
        var body = RequestBody.Of(context, isUpgrade: true);
        var buffer = new byte[4096];
        var length = 0;
        object? enumerator = null;

        var enumerating = Allocations.By(() => enumerator = Enumerate(context.Request.Headers), atMost: long.MaxValue);
        var writing = Allocations.By(
            () =>
            {
                var writer = new HeadWriter(buffer);
                RequestHeadWriter.Write(ref writer, context, pool, request, body, isUpgrade: false);
                length = writer.Length;
            },
            atMost: enumerating);

        Assert.InRange(writing, 0, enumerating);
        Assert.Equal(
            "GET /api/canvas/17?id=17 HTTP/1.1\r\nHost: localhost:8000\r\nAccept: */*\r\nUser-Agent: test\r\nX-Real-IP: 203.0.113.1\r\nX-Forwarded-Port: 8000\r\n\r\n",
            Encoding.ASCII.GetString(buffer, 0, length));
    }

    /// <summary>Returns an enumerator. Not inlined: the JIT could otherwise elide the allocation.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object Enumerate(IHeaderDictionary headers) => headers.GetEnumerator();
}
