using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>A response with status 200 and a small body, with a <c>Content-Length</c> or chunked.</summary>
internal static class SmallResponse
{
    private static readonly HttpExchange WithLength = new();

    public static Reply Recognize(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return Reply.Incomplete;
        }

        if (received[..end].IndexOf("Transfer-Encoding: chunked"u8) < 0 || !received.StartsWith("HTTP/1.1 200 "u8))
        {
            return WithLength.Recognize(received, out _);
        }

        // Sufficient for JSON without line breaks.
        return received[(end + 2)..].EndsWith("\r\n0\r\n\r\n"u8) ? Reply.Complete : Reply.Incomplete;
    }
}
