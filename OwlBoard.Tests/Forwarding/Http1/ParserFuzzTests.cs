using System.Diagnostics;
using System.Globalization;
using System.Text;
using OwlBoard.Forwarding.Http1;

namespace OwlBoard.Tests.Forwarding.Http1;

/// <summary>
/// Compares parser and decoder with <see cref="ReferenceReader"/>: both give the same result for every response, however it
/// is split. Runs for a few seconds, or with <c>OWLBOARD_FUZZ_MINUTES=10</c> for 10 minutes with new seeds each time.
/// </summary>
[Trait("Category", "Unit")]
public sealed class ParserFuzzTests
{
    private const int Executions = 20_000;

    [Fact]
    public void Parser_agrees_with_the_slow_reader_about_every_response_however_it_is_split()
    {
        var started = Stopwatch.GetTimestamp();
        var minutes = Environment.GetEnvironmentVariable("OWLBOARD_FUZZ_MINUTES") is { Length: > 0 } text
            ? TimeSpan.FromMinutes(double.Parse(text, CultureInfo.InvariantCulture))
            : TimeSpan.Zero;
        var first = minutes > TimeSpan.Zero ? Random.Shared.Next() : 1;
        var (executions, accepted, chunked, refused) = (0L, 0L, 0L, 0L);
        for (; executions < Executions || Stopwatch.GetElapsedTime(started) < minutes; executions++)
        {
            var seed = unchecked((int)(first + executions));
            var responses = new HostileResponses(seed);
            var response = responses.Next();
            try
            {
                switch (Check(response, responses))
                {
                    case "chunked":
                        chunked++;
                        break;
                    case "refused":
                        refused++;
                        break;
                    case "accepted":
                        accepted++;
                        break;
                }
            }
            catch (Exception failure)
            {
                Assert.Fail($"Seed {seed}, {Quote(response)}: {failure}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{executions} responses from seed {first}: {accepted} heads taken, {chunked} whole chunked bodies, {refused} refused, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
        // Fail if too few responses of a kind were generated.
        Assert.True(accepted > executions / 50 && chunked > executions / 50 && refused > executions / 10, $"Too few responses of a kind: {accepted} accepted, {chunked} chunked, {refused} refused.");
    }

    private static string Check(string text, HostileResponses responses)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var expected = Verdict(() => DescribeReference(text));
        var actual = Verdict(() => DescribeParsed(bytes));
        Assert.Equal(expected, actual);
        foreach (var cut in responses.Cuts(bytes.Length, 4))
        {
            var part = Verdict(() => DescribeParsed(bytes.AsSpan(0, cut)));
            // A result for a prefix is final, unless more bytes are needed.
            Assert.True(part == "incomplete" || part == expected, $"{part} after {cut} bytes");
        }

        if (expected is "refused" or "incomplete")
        {
            return expected;
        }

        var head = ReferenceReader.ReadHead(text)!;
        if (head.Framing(isHead: false) != "chunked")
        {
            return "accepted";
        }

        return CheckChunks(text[head.HeadLength..], bytes.AsSpan(head.HeadLength).ToArray(), responses) ? "chunked" : "accepted";
    }

    private static bool CheckChunks(string text, byte[] bytes, HostileResponses responses)
    {
        var expectedBody = "";
        int? expectedLength = null;
        var expected = Verdict(() => (expectedLength = ReferenceReader.ReadChunks(text, out expectedBody)) is { } length ? $"{length}" : "incomplete");
        foreach (var cuts in new[] { [], responses.Cuts(bytes.Length, 1), responses.Cuts(bytes.Length, 6), [.. Enumerable.Range(0, bytes.Length)] })
        {
            var body = new StringBuilder();
            var actual = Verdict(() =>
            {
                if (ParsedResponse.Decode(ParsedResponse.Split(bytes, cuts), body) is not { } position)
                {
                    return "incomplete";
                }

                var trailers = new ResponseHead();
                trailers.Clear();
                return ResponseHeadParser.TryParseFields(bytes, ref position, trailers) ? $"{position}" : "incomplete";
            });
            Assert.Equal(expected, actual);
            if (expected != "refused")
            {
                Assert.Equal(expectedBody, body.ToString());
            }
        }

        return expectedLength is not null;
    }

    private static string DescribeReference(string text) => ReferenceReader.ReadHead(text) is { } head
        ? $"{head.Status} {head.IsHttp10} '{head.Reason}' {head.HeadLength} {head.Framing(isHead: true)} {head.Framing(isHead: false)} {head.Persists()} {string.Join('|', head.Fields)}"
        : "incomplete";

    private static string DescribeParsed(ReadOnlySpan<byte> bytes)
    {
        if (ParsedResponse.Parse(bytes) is not { } head)
        {
            return "incomplete";
        }

        return $"{head.StatusCode} {head.IsHttp10} '{ParsedResponse.Reason(head, bytes)}' {head.Length} {Framing(head, true)} {Framing(head, false)} "
            + $"{head.KeepsAlive} {string.Join('|', ParsedResponse.Fields(head, bytes))}";
    }

    private static string Framing(ResponseHead head, bool isHead) => head.Framing(isHead) switch
    {
        BodyFraming.None => "none",
        BodyFraming.Chunked => "chunked",
        BodyFraming.UntilClose => "close",
        _ => $"{head.ContentLength}",
    };

    private static string Verdict(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (Exception refusal) when (refusal is FormatException or MalformedResponseException)
        {
            return "refused";
        }
    }

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}
