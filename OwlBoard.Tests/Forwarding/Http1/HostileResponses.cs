using System.Text;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>Generates responses, most of them nearly valid: the same sequence for the same seed.</summary>
internal sealed class HostileResponses(int seed)
{
    private static readonly string[] StatusLines =
    [
        "HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 204 No Content", "HTTP/1.1 205 Reset", "HTTP/1.1 304 Not Modified", "HTTP/1.0 200 OK",
        "HTTP/1.1 100 Continue", "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 503 ", "HTTP/1.1 2000 OK", "HTTP/1.1 20 OK", "HTTP/2 200 OK", "HTTP/1.1  200 OK",
    ];

    private static readonly string[] Fields =
    [
        "Content-Length: 5", "Content-Length: 0", "content-length:5", "Content-Length: 5 ", "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: ",
        "Content-Length : 5", "Content-Length: 99999999999999999999", "Content-Length: 0x5", "Transfer-Encoding: chunked", "transfer-encoding:CHUNKED",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding : chunked",
        "Transfer-Encoding: \tchunked\t", "Transfer-Encoding: chunked;q=1", "Connection: close", "Connection: keep-alive", "Connection: X-A, close", "X-A: b",
        "X-A:", "X-A: b\r\n c", " X-A: b", "X-A: b\0", "X-A: \u00E9", "X-A b", ": b", "X-A: b\n", "X-A: b\r", "Set-Cookie: a=b", "X\u00E9: b",
    ];

    private static readonly string[] ChunkSizes =
    [
        "{0:x}", "{0:X}", "{0:x8}", "{0:x};a=b", "{0:x};", "{0:x} ", " {0:x}", "0x{0:x}", "+{0:x}", "-{0:x}", "{0:x}\t;a", "{0:x15}", "{0:x16}", "{0:x};\"\r\n\"", "FFFFFFFFFFFFFFFF", "",
    ];

    private static readonly string[] LineEnds = ["\n", "\r", "\r\r\n", "\n\r", " \r\n", "\0\r\n", "", "\r\n\r\n"];

    private const string Mischief = "\r\n\t :;,\0\u007F\u00E9 0159afAFx-+%HTP/";

    private readonly Random _random = new(seed);

    /// <summary>Returns the given number of random positions in a text, in ascending order.</summary>
    public int[] Cuts(int length, int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(length + 1)).Order()];

    /// <summary>Returns a response, which may be followed by further bytes.</summary>
    public string Next()
    {
        var text = new StringBuilder(Rarely(8) ? Pick(StatusLines) : "HTTP/1.1 200 OK").Append(LineEnd());
        for (var i = _random.Next(6); i > 0; i--)
        {
            text.Append(Rarely(6) ? Line(_random.Next(30)) : Pick(Fields)).Append(LineEnd());
        }

        // Make chunked bodies frequent enough.
        if (Rarely(2))
        {
            text.Append("Transfer-Encoding: chunked").Append(LineEnd());
        }

        text.Append(LineEnd());
        AppendChunks(text);
        if (Rarely(5))
        {
            text.Append("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }

        for (var i = Rarely(3) ? _random.Next(1, 4) : 0; i > 0 && text.Length > 0; i--)
        {
            Mutate(text);
        }

        return text.ToString();
    }

    private void AppendChunks(StringBuilder text)
    {
        for (var i = _random.Next(4); i > 0; i--)
        {
            var data = Line(_random.Next(1, 40));
            text.AppendFormat(null, Rarely(6) ? Pick(ChunkSizes) : ChunkSizes[0], data.Length + (Rarely(25) ? _random.Next(-1, 2) : 0)).Append(LineEnd());
            text.Append(data).Append(LineEnd());
        }

        text.Append(Rarely(10) ? string.Format(null, Pick(ChunkSizes), 0) : "0").Append(LineEnd());
        for (var i = Rarely(3) ? _random.Next(3) : 0; i > 0; i--)
        {
            text.Append(Pick(Fields)).Append(LineEnd());
        }

        text.Append(LineEnd());
    }

    private void Mutate(StringBuilder text)
    {
        var at = _random.Next(text.Length);
        switch (_random.Next(5))
        {
            case 0:
                text[at] = Character();
                break;
            case 1:
                text.Insert(at, Character());
                break;
            case 2:
                text.Remove(at, 1);
                break;
            case 3:
                text.Length = Math.Max(1, at);
                break;
            default:
                text.Insert(at, text.ToString(at, Math.Min(text.Length - at, _random.Next(1, 20))));
                break;
        }
    }

    private string Line(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Character()));

    private char Character() => Rarely(4) ? (char)_random.Next(256) : Rarely(3) ? Mischief[_random.Next(Mischief.Length)] : (char)_random.Next('a', 'z');

    private string LineEnd() => Rarely(60) ? Pick(LineEnds) : "\r\n";

    private bool Rarely(int oneIn) => _random.Next(oneIn) == 0;

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
