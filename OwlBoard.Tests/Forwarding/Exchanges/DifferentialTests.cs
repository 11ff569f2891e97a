using System.Globalization;
using System.Text;
using System.Text.Json;
using OwlBoard.Forwarding.Features;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>
/// Sends the same requests and replies through the socket forwarder and through YARP's forwarder. Both must produce the same
/// bytes, except for the differences listed here with their reasons. A listed difference that does not occur fails the test.
/// </summary>
[Trait("Category", "Integration")]
public sealed class DifferentialTests
{
    private const int Cases = 2000;
    private const int Workers = 4;

    /// <summary>The kinds of replies that the socket forwarder rejects and HttpClient accepts, with the reason.</summary>
    private static readonly Dictionary<string, string> Stricter = new()
    {
        ["equal lengths"] = "RFC 9112 section 6.3 lets a recipient accept them as one; a peer that sends two lengths is faulty.",
        ["length and chunked"] = "RFC 9112 section 6.3: should be handled as an error; HttpClient uses chunked.",
        ["chunked twice"] = "The body would be chunked twice.",
        ["folded line"] = "RFC 9112 section 5.2: a proxy rejects it or replaces it with spaces; HttpClient does the latter.",
        ["bare line feeds"] = "RFC 9112 section 2.2: a recipient may accept them; parsers differ.",
        ["space before the colon"] = "RFC 9112 section 5.1: a proxy must remove it; parsers differ.",
        ["101 unasked"] = "RFC 9110 section 7.8: a server may only switch to a protocol that the client requested.",
        ["null in a value"] = "RFC 9110 section 5.5: reject it, or replace it with a space.",
        ["another version"] = "A later 1.x would be handled as HTTP/1.1; no such version exists.",
    };

    [Fact]
    public async Task Both_forwarders_do_the_same_but_for_what_is_listed()
    {
        var random = new Random(20240101);
        var cases = Enumerable.Range(0, Cases).Select(_ => DifferentialCase.Next(random)).ToArray();

        var ours = RunAllAsync(cases, Forwarders.Sockets);
        var yarps = RunAllAsync(cases, Forwarders.Yarp);
        await Task.WhenAll(ours, yarps);

        var seen = new Dictionary<string, int>();
        var unlisted = new List<string>();
        foreach (var (i, one) in cases.Index())
        {
            var (our, yarp) = ((await ours)[i], (await yarps)[i]);
            if (our == yarp)
            {
                continue;
            }

            if (Explain(one, our, yarp) is { } differences)
            {
                foreach (var difference in differences)
                {
                    seen[difference] = seen.GetValueOrDefault(difference) + 1;
                }
            }
            else
            {
                unlisted.Add($"case {i} {one.Kind}: {Quote(one.Request)}, reply {Quote(one.Reply)}: {Compare(our, yarp)}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', seen.Select(difference => $"{difference.Value} times: {difference.Key}")));
        Assert.True(unlisted.Count == 0, $"{unlisted.Count} differences are not listed, among them:\n{string.Join('\n', unlisted.Take(10))}");
        Assert.Equal(Stricter.Keys.Concat(Others).Order(), seen.Keys.Order());
    }

    /// <summary>HttpClient joins a field's lines, which is equivalent (RFC 9110 section 5.3); the socket forwarder keeps them.</summary>
    private const string LinesKept = "lines of a field are not joined";

    /// <summary>HttpClient sends <c>Content-Length: 0</c> for most methods; the socket forwarder only as RFC 9110 section 8.6 advises.</summary>
    private const string NoLength = "no length of 0 with unknown methods";

    /// <summary>YARP waits for the first byte of a body before it starts the response; the socket forwarder forwards the head.</summary>
    private const string EmptyChunks = "an empty chunked body stays chunked";

    /// <summary>
    /// The socket forwarder delivers all received bytes of a truncated response. YARP delivers a varying part of them, and
    /// responds with 502 if it received no byte of the body. The client detects the truncation in both cases.
    /// </summary>
    private const string CutUnsent = "delivered part of a truncated response";

    /// <summary>
    /// The socket forwarder sends <c>TE: trailers</c> and passes trailers to a client that accepts them, also over HTTP/1.1
    /// (RFC 9110 section 10.1.4).
    /// </summary>
    private const string TrailersAccepted = "trailers are accepted";

    /// <summary>HttpClient reads the invalid body of a 205 and reuses the connection; the socket forwarder closes the connection.</summary>
    private const string UnreadBody = "the connection is closed after a 205 with a body";

    private static readonly string[] Others = [UnreadBody, LinesKept, NoLength, EmptyChunks, CutUnsent, TrailersAccepted];

    /// <summary>Returns the listed differences that explain this one; <see langword="null"/> if they do not explain all of it.</summary>
    private static List<string>? Explain(DifferentialCase one, DifferentialOutcome ours, DifferentialOutcome yarps)
    {
        var differences = new List<string>();
        Apply(
            TrailersAccepted,
            ours with
            {
                Received = ours.Received
                    .Replace("\nconnection: TE\n", "\n", StringComparison.Ordinal)
                    .Replace("\nte: trailers\n", "\n", StringComparison.Ordinal),
            },
            one.Request.Contains("\r\nTE: trailers\r\n", StringComparison.Ordinal));
        Apply(UnreadBody, ours with { IsReused = true }, one.Kind == "205 with a body" && yarps.IsReused);
        Apply(LinesKept, ours with { Received = JoinLines(ours.Received) }, ours.Received != yarps.Received);
        Apply(
            NoLength,
            ours with { Received = WithLength(ours.Received) },
            one.Request.StartsWith("PURGE", StringComparison.Ordinal) && ours.Received != yarps.Received);
        Apply(
            EmptyChunks,
            ours with { Fields = yarps.Fields },
            ours.Body.Length == 0 && ours.Fields.Replace("\nTransfer-Encoding: chunked", "", StringComparison.Ordinal)
                == yarps.Fields.Replace("\nContent-Length: 0", "", StringComparison.Ordinal));
        Apply(
            CutUnsent,
            yarps with { Received = ours.Received },
            one.Kind is "ends early" or "bad chunk size" && IsCut(ours) && IsCut(yarps));
        Apply(
            one.Kind,
            yarps with { Received = ours.Received },
            Stricter.ContainsKey(one.Kind) && !ours.IsReused && ours is { Status: 502, Body: "" } or { Status: 0, Body: "" });
        return ours == yarps ? differences : null;

        void Apply(string difference, DifferentialOutcome without, bool applies)
        {
            if (applies && ours != without)
            {
                ours = without;
                differences.Add(difference);
            }
        }
    }

    private static bool IsCut(DifferentialOutcome outcome) => !outcome.IsReused && (!outcome.IsWhole || outcome.Status == 502);

    private static string Name(string line) => line[..line.IndexOf(':', StringComparison.Ordinal)];

    private static string JoinLines(string request)
    {
        var lines = request.Split('\n');
        var fields = lines[1..^1].GroupBy(Name).Select(field =>
        {
            var separator = field.Key == "user-agent" ? " " : ", ";
            return $"{field.Key}: {string.Join(separator, field.Select(line => line[(field.Key.Length + 2)..])).Trim()}";
        });
        return string.Join('\n', [lines[0], .. fields, lines[^1]]);
    }

    private static string WithLength(string request)
    {
        var lines = request.Split('\n');
        return lines.Any(line => line.StartsWith("content-length", StringComparison.Ordinal) || line.StartsWith("transfer-encoding", StringComparison.Ordinal))
            ? request
            : string.Join('\n', [lines[0], .. lines[1..^1].Append("content-length: 0").OrderBy(Name, StringComparer.Ordinal), lines[^1]]);
    }

    private static async Task<DifferentialOutcome[]> RunAllAsync(DifferentialCase[] cases, string forwarder)
    {
        var outcomes = new DifferentialOutcome[cases.Length];
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            DifferentialCase? current = null;
            await using var upstream = RawUpstream.Start(async connection =>
            {
                while (await connection.ReadRequestAsync() is { } request)
                {
                    if (request.Line.Contains("/probe", StringComparison.Ordinal))
                    {
                        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nprobe");
                        continue;
                    }

                    await connection.SendAsync(current!.Reply);
                    if (current.Closes)
                    {
                        connection.EndSending();
                        return;
                    }
                }
            });
            await using var app = await ForwardingApp.StartAsync(upstream, forwarder);
            for (var i = worker; i < cases.Length; i += Workers)
            {
                current = cases[i];
                try
                {
                    outcomes[i] = await RunAsync(upstream, app, current);
                }
                catch (TimeoutException waiting)
                {
                    throw new TimeoutException($"{forwarder}, case {i}: {Quote(current.Request)}, reply {Quote(current.Reply)}", waiting);
                }
            }
        })));
        return outcomes;
    }

    private static async Task<DifferentialOutcome> RunAsync(RawUpstream upstream, ForwardingApp app, DifferentialCase one)
    {
        upstream.Requests.Clear();
        using var client = await RawClient.ConnectAsync(app.Address);
        // The client requests a close, so that the end of the connection marks the end of the response.
        await client.SendAsync(one.Request.Replace("\r\nHost: a\r\n", "\r\nHost: a\r\nConnection: close\r\n", StringComparison.Ordinal));
        var answer = await client.ReadToEndAsync();
        var received = upstream.Requests.ToArray();

        var probe = await RawClient.AskAsync(app.Address, "GET /probe HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.True(probe is { Status: 200, Body: "probe" }, $"The request after {one} received {probe}.");
        var (status, fields, body, isWhole) = Read(answer, isHead: one.Request.StartsWith("HEAD", StringComparison.Ordinal));
        return new(
            status,
            fields,
            body,
            isWhole,
            string.Join('\n', received.Select(request => $"{request.Line}\n{string.Join('\n', request.Fields.OrderBy(Name, StringComparer.Ordinal))}\n{request.Body}")),
            received.Length > 0 && upstream.Requests.Last().Connection == received[^1].Connection);
    }

    private static (int Status, string Fields, string Body, bool IsWhole) Read(string answer, bool isHead)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return (0, "", answer, false);
        }

        var lines = answer[..end].Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var fields = lines[1..]
            .Select(line => line.StartsWith("Date: ", StringComparison.Ordinal) && !line.Contains("2024", StringComparison.Ordinal) ? "Date" : line)
            .Order(StringComparer.Ordinal).ToList();
        var rest = answer[(end + 4)..];
        if (isHead || status is 204 or 304)
        {
            return (status, $"{lines[0]}\n{string.Join('\n', fields)}", rest, true);
        }

        if (fields.Find(field => field.StartsWith("Content-Length: ", StringComparison.Ordinal)) is { } length)
        {
            return (status, $"{lines[0]}\n{string.Join('\n', fields)}", rest, rest.Length == int.Parse(length[16..], CultureInfo.InvariantCulture));
        }

        if (!fields.Contains("Transfer-Encoding: chunked"))
        {
            // Kestrel ends a body without a length by closing the connection if the client requested a close.
            return (status, $"{lines[0]}\n{string.Join('\n', fields)}", rest, true);
        }

        var body = new StringBuilder();
        while (rest.IndexOf("\r\n", StringComparison.Ordinal) is > 0 and var line
            && int.TryParse(rest[..line], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
        {
            if (size == 0)
            {
                return (status, $"{lines[0]}\n{string.Join('\n', fields)}", body.ToString(), true);
            }

            body.Append(rest.AsSpan(line + 2, Math.Min(size, rest.Length - line - 2)));
            rest = rest[Math.Min(rest.Length, line + 2 + size + 2)..];
        }

        return (status, $"{lines[0]}\n{string.Join('\n', fields)}", body.ToString(), false);
    }

    /// <summary>Returns only what differs.</summary>
    private static string Compare(DifferentialOutcome ours, DifferentialOutcome yarps) => string.Join(
        ", ",
        typeof(DifferentialOutcome).GetProperties()
            .Select(property => (property.Name, Ours: $"{property.GetValue(ours)}", Yarps: $"{property.GetValue(yarps)}"))
            .Where(property => property.Ours != property.Yarps)
            .Select(property => $"{property.Name} is {Quote(property.Ours)} and Yarp's {Quote(property.Yarps)}"));

    private static string Quote(string text) => JsonSerializer.Serialize(text.Length > 600 ? $"{text[..600]}…" : text);
}
