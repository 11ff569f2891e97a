using System.Globalization;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>
/// Sends every byte in a field's name and value, raw and percent-encoded, through load balancer and gateway to a service, and
/// compares the outcome with a table that gives the reason for each byte that does not arrive unchanged.
/// </summary>
[Trait("Category", "Integration")]
public sealed class FieldByteTableTests
{
    private const string Unchanged = "=";

    private static readonly string Table = Path.Combine(AppContext.BaseDirectory, "Wire", "Expected", "field-bytes.txt");

    [Fact]
    public async Task Every_byte_of_a_field_arrives_as_it_was_sent_or_is_refused()
    {
        var expected = Read();
        await using var chain = WireChain.Start();
        using var connections = new Connections(chain);

        var actual = new List<string>();
        for (var value = 0; value <= 0xFF; value++)
        {
            var one = (char)value;
            string[] outcomes =
            [
                await connections.AskHttp1Async($"X-a{one}z", "1"),
                await connections.AskHttp1Async("X-Value", $"a{one}z"),
                await connections.AskHttp2Async($"x-a{one}z", "1"),
                await connections.AskHttp2Async("x-value", $"a{one}z"),
            ];
            actual.Add($"{value:X2} {string.Join(' ', outcomes)}");

            var encoded = $"%{value:X2}";
            Assert.Equal(Unchanged, await connections.AskHttp1Async($"X-a{encoded}z", $"a{encoded}z"));
            Assert.Equal(Unchanged, await connections.AskHttp2Async($"x-a%{value:x2}z", $"a{encoded}z"));
        }

        Assert.Equal(expected.Select(line => line.Outcomes), actual);
        Assert.All(expected, line => Assert.True(
            line.Reason.Length > 0 || line.Outcomes[3..].Split(' ').All(outcome => outcome == Unchanged), $"{line.Outcomes} has no reason."));
    }

    private static List<(string Outcomes, string Reason)> Read() =>
        [.. File.ReadLines(Table)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(" - ", 2))
            .Select(parts => (string.Join(' ', parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)), parts.Length > 1 ? parts[1] : ""))];

    /// <summary>A connection of each kind, reopened after it was closed.</summary>
    private sealed class Connections(WireChain chain) : IDisposable
    {
        private RawClient? _http1;
        private RawHttp2Client? _http2;

        public async Task<string> AskHttp1Async(string name, string value)
        {
            _http1 ??= await RawClient.ConnectAsync(chain.Address);
            await _http1.SendAsync($"GET {WireChain.Path} HTTP/1.1\r\nHost: a\r\n{name}: {value}\r\n\r\n");
            var status = (await _http1.ReadResponseAsync()).Status;
            if (status != 200)
            {
                _http1.Dispose();
                _http1 = null;
            }

            return Outcome(status.ToString(CultureInfo.InvariantCulture), name, value);
        }

        public async Task<string> AskHttp2Async(string name, string value)
        {
            _http2 ??= await RawHttp2Client.ConnectAsync(chain.TlsPort);
            var outcome = await _http2.OutcomeAsync(await _http2.SendAsync([.. RawHttp2Client.Get(WireChain.Path), (name, value)]));
            if (outcome == "goaway")
            {
                _http2.Dispose();
                _http2 = null;
            }

            return Outcome(outcome, name, value);
        }

        public void Dispose()
        {
            _http1?.Dispose();
            _http2?.Dispose();
        }

        private string Outcome(string outcome, string name, string value)
        {
            if (outcome != "200")
            {
                Assert.Empty(chain.Service.Requests);
                return outcome;
            }

            var received = chain.TakeReceived();
            return received.Contains($"{name}: {value}") ? Unchanged
                : Array.Find(received, line => line.StartsWith("X-a", StringComparison.OrdinalIgnoreCase) || line.StartsWith("X-Value", StringComparison.OrdinalIgnoreCase)) is { } other
                    ? $"<{other.Replace(' ', '_')}>"
                    : "dropped";
        }
    }
}
