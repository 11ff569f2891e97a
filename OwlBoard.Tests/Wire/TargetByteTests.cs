using System.Globalization;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>
/// Sends each byte in path and query, raw, percent-encoded and double-encoded: either the service receives it unchanged, or
/// the client receives 400 for a reason that <c>Expected/target-bytes.txt</c> states.
/// </summary>
[Trait("Category", "Integration")]
public sealed class TargetByteTests
{
    private const string Sent = "sent";

    [Fact]
    public async Task Each_byte_arrives_unchanged_or_is_refused_for_a_reason()
    {
        var expected = await File.ReadAllLinesAsync(
            Path.Combine(AppContext.BaseDirectory, "Wire", "Expected", "target-bytes.txt"), TestContext.Current.CancellationToken);
        var reasons = expected.Where(line => line.StartsWith('#')).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 2).Select(words => words[1]).ToHashSet();
        var rows = expected.Where(line => !line.StartsWith('#')).Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(Enumerable.Range(0, 256), rows.Select(row => int.Parse(row[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        await using var chain = WireChain.Start();
        var client = await RawClient.ConnectAsync(chain.Address);
        var wrong = new List<string>();

        foreach (var (value, row) in rows.Index())
        {
            string[] forms = [$"{(char)value}", $"%{value:X2}", $"%25{value:X2}"];
            string[] rests = [.. forms.Select(form => $"a{form}-"), .. forms.Select(form => $"a?b{form}-")];
            foreach (var (rest, cell) in rests.Zip(row[1..]))
            {
                Assert.True(cell == Sent || reasons.Contains(cell), $"'{cell}' is not a reason that the file explains.");
                var outcome = await SendAsync(rest);
                if (outcome != (cell == Sent ? $"200 GET /canvas/{rest} HTTP/1.1" : "400 "))
                {
                    wrong.Add($"byte {value:X2} as '{rest}': expected {cell}, got {outcome}");
                }
            }
        }

        client.Dispose();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        async Task<string> SendAsync(string rest)
        {
            await client.SendAsync($"GET /api/canvas/{rest} HTTP/1.1\r\nHost: a\r\n\r\n");
            var status = (await client.ReadResponseAsync()).Status;
            if (status != 200)
            {
                client.Dispose();
                client = await RawClient.ConnectAsync(chain.Address);
            }

            return $"{status} {(chain.Service.Requests.TryDequeue(out var received) ? received.Line : "")}";
        }
    }
}
