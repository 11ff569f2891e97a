using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>Nothing is allocated once everything has been seen once.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: application/json; charset=utf-8\r\nServer: Kestrel\r\n"
        + "Cache-Control: no-cache\r\nVary: Accept-Encoding\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nContent-Length: 12\r\n\r\n");

    [Fact]
    public void Parsing_a_typical_head_allocates_nothing()
    {
        var head = new ResponseHead();

        Assert.Equal(0, Allocations.By(() =>
        {
            Assert.False(ResponseHeadParser.TryParse(Head.AsSpan(0, Head.Length - 1), head));
            Assert.True(ResponseHeadParser.TryParse(Head, head));
            _ = head.Framing(isHead: false);
            Assert.True(head.IsNamedByConnection(Head, "x-hop"u8));
        }));
    }

    [Fact]
    public void Names_and_values_that_come_again_allocate_nothing()
    {
        // A test beside this one may take a slot in between: of several measurements one has to be undisturbed.
        Assert.Equal(0, Allocations.By(() =>
        {
            HeaderStrings.Get("Content-Type"u8);
            HeaderStrings.Get("application/json; charset=utf-8"u8);
        }));
    }

    [Fact]
    public void Decoding_chunks_allocates_nothing()
    {
        var body = "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n"u8.ToArray();

        Assert.Equal(0, Allocations.By(() =>
        {
            var decoder = default(ChunkedDecoder);
            var rest = body.AsSpan();
            while (!decoder.IsAtTrailers)
            {
                rest = rest[decoder.Read(rest, out _)..];
            }
        }));
    }

    [Fact]
    public void Writing_a_head_that_fits_allocates_nothing()
    {
        var buffer = new byte[4096];
        var path = new PathString("/plain/path");
        var query = new QueryString("?a=b");

        Assert.Equal(0, Allocations.By(() =>
        {
            var writer = new HeadWriter(buffer);
            writer.WriteNumber(12345);
        }));
        Assert.Equal(0, Allocations.By(() =>
        {
            var writer = new HeadWriter(buffer);
            writer.WriteField("X-Name", "value");
        }));
        Assert.Equal(0, Allocations.By(() =>
        {
            var writer = new HeadWriter(buffer);
            RequestTarget.Write(ref writer, "/base", path, default);
        }));
        Assert.Equal(0, Allocations.By(() =>
        {
            var writer = new HeadWriter(buffer);
            RequestTarget.Write(ref writer, "", path, query);
            writer.WriteField("X-Name", "value");
            writer.WriteNumber(12345);
        }));
    }
}
