using System.Net.Sockets;
using System.Text;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Wire;

/// <summary>Sends an HTTP/2 request on a new connection without TLS, with its fields byte for byte.</summary>
internal static class Http2Request
{
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte GoAway = 7;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Sends the fields without a body, and reads the status.</summary>
    /// <returns>The status; 0 if the server reset the stream or closed the connection instead.</returns>
    public static async Task<int> AskAsync(Uri address, params (string Name, string Value)[] fields)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Token);
        var stream = client.GetStream();
        var block = fields.SelectMany(field => (byte[])[0, .. Text(field.Name), .. Text(field.Value)]).ToArray();
        // Preface, SETTINGS that disables the dynamic table, HEADERS with END_STREAM and END_HEADERS (RFC 9113 section 6).
        await stream.WriteAsync(
            (byte[])
            [
                .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
                0, (byte)(block.Length >> 8), (byte)block.Length, Headers, 5, 0, 0, 0, 1, .. block,
            ],
            Token);
        var header = new byte[9];
        while (await stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token) == 9)
        {
            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await stream.ReadExactlyAsync(payload, Token);
            switch (header[3])
            {
                case Headers:
                    return StatusOf(payload);
                case ResetStream or GoAway:
                    return 0;
            }
        }

        return 0;
    }

    /// <summary>Encodes a string of at most 254 bytes without Huffman coding (RFC 7541 section 5.2).</summary>
    private static byte[] Text(string value)
    {
        var bytes = Encoding.Latin1.GetBytes(value);
        return bytes.Length < 127 ? [(byte)bytes.Length, .. bytes] : [127, (byte)(bytes.Length - 127), .. bytes];
    }

    /// <summary>Decodes the status, the first field after table size updates (RFC 7541 section 6 and appendix A).</summary>
    private static int StatusOf(byte[] block)
    {
        var first = block.First(one => (one & 0xE0) != 0x20);
        int[] indexed = [200, 204, 206, 304, 400, 404, 500];
        return first is >= 0x88 and <= 0x8E
            ? indexed[first - 0x88]
            : throw new InvalidOperationException($"The response begins with {Convert.ToHexString(block)}.");
    }
}
