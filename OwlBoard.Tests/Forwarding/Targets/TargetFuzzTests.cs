using System.Text;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Forwarding.Targets;

/// <summary>Sends random targets, in origin and absolute form, through both forwarders.</summary>
[Trait("Category", "Integration")]
public sealed class TargetFuzzTests
{
    private static readonly string[] Parts =
    [
        "/", "/", "/", "//", "a", "b", ".", "..", "...", "%2e", "%2E%2e", ".%2e", "%252e", "%2F", "%2f..", "%5C", "\\", "\\..", "%", "%4", "%zz", "%00", "%0a",
        "%25", "%2500", "%41", "%c3%bc", "%ff", "%c0%ae", "%e2%82", "?", "#", ":", "@", ";x=y", "=&+", "\u0001", "\u007F", "\u00FC", "[]", "|", "\"", "~", "http://c",
    ];

    /// <summary>The number of targets, multiplied by the environment variable OWLBOARD_FUZZ for a longer run.</summary>
    private static int Count => 3_000 * int.Parse(Environment.GetEnvironmentVariable("OWLBOARD_FUZZ") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// Either the upstream receives the target unchanged and parses it to the path that routes and limits see, or the client
    /// receives 400 and the upstream nothing.
    /// </summary>
    [Theory]
    [InlineData("sockets")]
    [InlineData("yarp")]
    public async Task Target_arrives_as_it_was_sent_and_was_seen_as_the_upstream_sees_it_or_is_refused(string forwarder)
    {
        var random = new Random(Environment.GetEnvironmentVariable("OWLBOARD_FUZZ") is null ? 25 : Environment.TickCount);
        await using var upstream = RawUpstream.Answering("HTTP/1.1 204 No Content\r\n\r\n");
        await using var app = await ForwardingApp.StartAsync(upstream, forwarder);
        var client = await RawClient.ConnectAsync(app.Address);
        var forwarded = 0;
        var refused = 0;
        for (var i = 0; i < Count; i++)
        {
            var target = new StringBuilder("/");
            for (var parts = random.Next(1, 8); parts > 0; parts--)
            {
                target.Append(Parts[random.Next(Parts.Length)]);
            }

            var origin = await AskAsync(target.ToString());
            var absolute = await AskAsync($"http://b{target}");

            if (origin is null)
            {
                refused++;
                Assert.True(absolute is null, $"{target} is refused in origin form only.");
                continue;
            }

            forwarded++;
            Assert.Equal($"GET {target} HTTP/1.1", origin.Value.Line);
            Assert.Equal(
                PathString.FromUriComponent(RequestTarget.Parse(target.ToString()).WithoutDotSegments().Path.ToString()).Value, origin.Value.Path);
            if (absolute is not null)
            {
                Assert.Equal((origin, "b"), (absolute.Value with { Host = origin.Value.Host }, absolute.Value.Host));
            }
            else
            {
                Assert.Matches(@"\\|%2[Ff]|%5[Cc]", RequestTarget.Parse(target.ToString()).Path.ToString());
            }
        }

        client.Dispose();
        Assert.InRange(forwarded, Count / 20, Count);
        Assert.InRange(refused, Count / 20, Count);

        async Task<(string Line, string Host, string? Path)?> AskAsync(string target)
        {
            await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
            var status = (await client.ReadResponseAsync()).Status;
            app.Paths.TryDequeue(out var path);
            if (status == 204)
            {
                Assert.True(upstream.Requests.TryDequeue(out var received), target);
                return (received.Line, received.Field("Host")!, path);
            }

            Assert.True(status == 400 && upstream.Requests.IsEmpty, $"{target}: {status}");
            client.Dispose();
            client = await RawClient.ConnectAsync(app.Address);
            return null;
        }
    }
}
