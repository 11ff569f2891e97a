namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>A request and the upstream's reply to it.</summary>
/// <param name="Kind">The peculiarity of the case; empty if there is none.</param>
/// <param name="Request">The client's bytes.</param>
/// <param name="Reply">The upstream's bytes.</param>
/// <param name="Closes">Indicates whether the upstream closes the connection after the reply.</param>
internal sealed record DifferentialCase(string Kind, string Request, string Reply, bool Closes)
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE"];

    private static readonly string[] Targets =
    [
        "/", "/a/b?c=d", "/%C3%BC", "/a%20b", "/a%25b", "/%252e%252e/x", "//a//", "/a;b=c,d", "/?", "/a?x=%20&y=[1]", "/a+b?c+d", "/'()*!~", "/[a]", "/a|b",
        "/%2F%2f%252F", "/%2B%3B%3D%26%3A%40%24%2C%21%27-%2A", "/a%25E9b%E9", "/a/../b/%2e%2e/c", "/a%2f..%2fb", "/a\\b", "/a?%&b=\\", "/\"<>^`{}",
        "/%", "/%2", "/%00", "/..", "/a#b", "*", "http://b/x%25y?z", "http://b", "http://b?x", "http://b/x%2Fy", "http://u@b/",
    ];

    private static readonly string[] RequestFields =
    [
        "X-A: b", "X-A: b\r\nX-A: c", "X-Empty:", "Cookie: a=b", "Cookie: a=b\r\nCookie: c=d", "Connection: X-Hop\r\nX-Hop: 1", "Keep-Alive: timeout=5",
        "TE: trailers", "Proxy-Connection: keep-alive", "Upgrade: h2c", "Accept: */*", "User-Agent: test (a; b)", "Range: bytes=0-1", "If-None-Match: \"a\"",
        "X-Text: \u00C3\u00BC", "Authorization: Basic YQ==", "Accept-Encoding: gzip, br", "Via: 1.1 x", "Referer: http://a/?b#c", "Forwarded: for=x",
        "X-Text: caf\u00E9\u0080", "Connection: keep-alive, X-Hop\r\nX-Hop: 1", "Connection: Host, Content-Length, X-Hop, close\r\nX-Hop: 1", "X_A: b",
        "Upgrade: h2c, foo",
    ];

    private static readonly string[] ReplyFields =
    [
        "Content-Type: text/plain", "X-A: b", "X-A: b\r\nX-A: c", "Set-Cookie: a=b\r\nSet-Cookie: c=d; path=/", "Server: x", "Date: Mon, 01 Jan 2024 00:00:00 GMT",
        "X-Empty:", "X-Text: caf\u00E9", "Connection: keep-alive", "Keep-Alive: timeout=5", "Cache-Control: no-cache", "ETag: \"a\"", "Location: http://other/x y",
        "Vary: *", "Upgrade: h2c", "Alt-Svc: h3=\":1\"", "Proxy-Authenticate: Basic", "WWW-Authenticate: Basic", "Content-Language: en", "Warning: 199 - \"x\"",
        "Expires: never", "Last-Modified: x", "Content-Encoding: gzip", "Age: 1", "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    /// <summary>Invalid or unusual replies. Each is complete, so that no reader waits for more.</summary>
    private static readonly (string Kind, string Reply)[] Odd =
    [
        ("equal lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        ("length with a sign", "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc"),
        ("length and chunked", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ("chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ("folded line", "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 3\r\n\r\nabc"),
        ("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc"),
        ("space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc"),
        ("space after a chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n"),
        ("space before a chunk size and its extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 ;a=b\r\nabc\r\n0\t\r\n\r\n"),
        ("zeros before a chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000003\r\nabc\r\n0000000000000000\r\n\r\n"),
        ("204 with chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nabc"),
        ("a line too many", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc\r\n"),
        ("a line too many after chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\r\n"),
        ("chunk extension", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\n\r\n"),
        ("trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-A: b\r\n\r\n"),
        ("bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n"),
        ("204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc"),
        ("205 with a body", "HTTP/1.1 205 Reset Content\r\nContent-Length: 3\r\n\r\nabc"),
        ("101 unasked", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
        ("interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
        ("more than the answer", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        ("null in a value", "HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 3\r\n\r\nabc"),
        ("no reason", "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc"),
        ("another reason", "HTTP/1.1 200 Fine\r\nContent-Length: 3\r\n\r\nabc"),
        ("bad status", "HTTP/1.1 20 OK\r\nContent-Length: 3\r\n\r\nabc"),
        ("another protocol", "SSH-2.0-x\r\n\r\n"),
        ("another version", "HTTP/1.2 200 OK\r\nContent-Length: 3\r\n\r\nabc"),
        ("unknown status", "HTTP/1.1 799 X\r\nContent-Length: 3\r\n\r\nabc"),
    ];

    /// <summary>Returns the next case: the same sequence for the same generator.</summary>
    public static DifferentialCase Next(Random random)
    {
        var method = Pick(Methods);
        var request = $"{method} {Pick(Targets)} HTTP/1.1\r\nHost: a\r\n";
        for (var i = random.Next(4); i > 0; i--)
        {
            request += $"{Pick(RequestFields)}\r\n";
        }

        if (random.Next(8) == 0)
        {
            // Any byte, in a name or in a value.
            var (name, value) = random.Next(2) == 0 ? ($"X-B{(char)random.Next(0x100)}b", "1") : ("X-B", $"b{(char)random.Next(0x100)}b");
            request += $"{name}: {value}\r\n";
        }

        request += (method is "GET" or "HEAD" ? 0 : random.Next(4)) switch
        {
            1 => "Content-Length: 5\r\n\r\nhello",
            2 => "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
            3 => "Content-Length: 0\r\n\r\n",
            _ => "\r\n",
        };
        if (method != "HEAD" && random.Next(3) == 0)
        {
            var (kind, odd) = Odd[random.Next(Odd.Length)];
            return new(kind, request, odd, Closes: false);
        }

        var status = Pick(["200 OK", "200 OK", "201 Created", "301 Moved", "304 Not Modified", "404 Not Found", "500 Oops", "204 No Content"]);
        var fields = string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => $"{Pick(ReplyFields)}\r\n"));
        var body = new string('x', random.Next(3) == 0 ? random.Next(20_000) : random.Next(20));
        var hasBody = status[..3] is not ("204" or "304") && method != "HEAD";
        return (hasBody ? random.Next(5) : 5) switch
        {
            0 => new("", request, $"HTTP/1.1 {status}\r\n{fields}\r\n{body}", Closes: true),
            1 => new("", request, $"HTTP/1.0 {status}\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}", Closes: true),
            2 => new("", request, $"HTTP/1.1 {status}\r\n{fields}Transfer-Encoding: chunked\r\n\r\n{(body.Length > 0 ? $"{body.Length:x}\r\n{body}\r\n" : "")}0\r\n\r\n", Closes: false),
            3 => new("ends early", request, $"HTTP/1.1 {status}\r\n{fields}Content-Length: {body.Length + 1}\r\n\r\n{body}", Closes: true),
            4 => new("", request, $"HTTP/1.1 {status}\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}", Closes: false),
            _ => new("", request, $"HTTP/1.1 {status}\r\n{fields}\r\n", Closes: false),
        };

        string Pick(string[] from) => from[random.Next(from.Length)];
    }
}
