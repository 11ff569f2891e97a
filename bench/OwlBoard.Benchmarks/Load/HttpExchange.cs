using System.Buffers.Text;
using System.Text;

namespace OwlBoard.Benchmarks.Load;

/// <summary>GET requests whose responses have status 200 and a <c>Content-Length</c>.</summary>
internal sealed class HttpExchange : IExchange
{
    public string Name => "requests";

    public byte[] Opening(Target target) => Request(target);

    public byte[] Request(Target target) => Encoding.ASCII.GetBytes($"GET {target.Path} HTTP/1.1\r\nHost: 127.0.0.1:{target.Port}\r\n\r\n");

    public Reply RecognizeOpening(ReadOnlySpan<byte> received, out int length) => Recognize(received, out length);

    public Reply Recognize(ReadOnlySpan<byte> received, out int length)
    {
        length = 0;
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return Reply.Incomplete;
        }

        var head = received[..(end + 2)];
        if (!head.StartsWith("HTTP/1.1 200 "u8) || !TryFindContentLength(head, out var content))
        {
            return Reply.Broken;
        }

        length = end + 4 + content;
        return received.Length >= length ? Reply.Complete : Reply.Incomplete;
    }

    private static bool TryFindContentLength(ReadOnlySpan<byte> head, out int length)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        if (at < 0)
        {
            // HAProxy writes field names in lower case.
            name = "\r\ncontent-length: "u8;
            at = head.IndexOf(name);
        }

        length = 0;
        return at >= 0 && Utf8Parser.TryParse(head[(at + name.Length)..], out length, out _);
    }
}
