namespace OwlBoard.Tests.Wire;

/// <summary>Tests of request fields over HTTP/2: an invalid field ends its own stream only.</summary>
[Trait("Category", "Integration")]
public sealed class Http2FieldTests
{
    [Theory]
    [InlineData("x:a", "1")]
    [InlineData("x a", "1")]
    [InlineData("x\u0001a", "1")]
    [InlineData("x\u007Fa", "")]
    [InlineData("x-a", "b\u0000c")]
    [InlineData("x-a", "b\nc")]
    [InlineData("x-a", "b\rc")]
    [InlineData("cookie", "b\u0001c")]
    [InlineData("content-length", "+0")]
    [InlineData("content-length", "-0")]
    [InlineData("content-length", "x")]
    public async Task A_bad_field_ends_its_stream_and_no_other(string name, string value)
    {
        await using var chain = WireChain.Start();
        using var client = await RawHttp2Client.ConnectAsync(chain.TlsPort);

        var outcome = await client.OutcomeAsync(await client.SendAsync([.. RawHttp2Client.Get(WireChain.Path), (name, value)]));

        Assert.Contains(outcome, (string[])["400", "reset"]);
        Assert.Empty(chain.Service.Requests);
        Assert.Equal("200", await client.OutcomeAsync(await client.SendAsync(RawHttp2Client.Get(WireChain.Path))));
    }

    [Theory]
    [InlineData(":path", "/api/canvas/\u00E9")]
    [InlineData(":path", "/api/canvas/\u0001")]
    [InlineData(":path", "/api/canvas/\u0000")]
    [InlineData(":path", "/api/canvas/\n")]
    [InlineData(":authority", "a\u0000")]
    [InlineData(":authority", "a\u00E9")]
    [InlineData(":method", "G\u0000T")]
    public async Task A_bad_pseudo_field_ends_its_stream_and_no_other(string name, string value)
    {
        await using var chain = WireChain.Start();
        using var client = await RawHttp2Client.ConnectAsync(chain.TlsPort);

        var outcome = await client.OutcomeAsync(await client.SendAsync(
            [.. RawHttp2Client.Get(WireChain.Path).Where(field => field.Name != name), (name, value)]));

        Assert.Contains(outcome, (string[])["400", "reset"]);
        Assert.Empty(chain.Service.Requests);
        Assert.Equal("200", await client.OutcomeAsync(await client.SendAsync(RawHttp2Client.Get(WireChain.Path))));
    }

    [Fact]
    public async Task A_request_without_a_host_is_refused()
    {
        await using var chain = WireChain.Start();
        using var client = await RawHttp2Client.ConnectAsync(chain.TlsPort);

        Assert.Equal("400", await client.OutcomeAsync(await client.SendAsync(RawHttp2Client.Get(WireChain.Path, authority: null))));
        Assert.Equal("400", await client.OutcomeAsync(await client.SendAsync(RawHttp2Client.Get(WireChain.Path, authority: ""))));
        Assert.Empty(chain.Service.Requests);
        Assert.Equal("200", await client.OutcomeAsync(await client.SendAsync([.. RawHttp2Client.Get(WireChain.Path, authority: null), ("host", "b")])));
        Assert.Contains("Host: b", chain.TakeReceived());
    }

    [Fact]
    public async Task The_host_that_a_service_is_told_is_that_of_authority_alone()
    {
        await using var chain = WireChain.Start();
        using var client = await RawHttp2Client.ConnectAsync(chain.TlsPort);

        Assert.Equal("200", await client.OutcomeAsync(await client.SendAsync([.. RawHttp2Client.Get(WireChain.Path, "a"), ("host", "b")])));

        var received = chain.TakeReceived();
        Assert.Equal(["Host: a"], received.Where(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)));
        Assert.Contains("X-Forwarded-Host: a", received);
    }

    [Fact]
    public async Task Values_are_bytes_and_names_with_an_underscore_are_dropped()
    {
        await using var chain = WireChain.Start();
        using var client = await RawHttp2Client.ConnectAsync(chain.TlsPort);

        Assert.Equal("200", await client.OutcomeAsync(await client.SendAsync(
            [.. RawHttp2Client.Get(WireChain.Path), ("x-a", "caf\u00E9"), ("cookie", "a=\u00FF"), ("cookie", "b=c"), ("x_real_ip", "1"), ("forwarded", "for=x")])));

        var received = chain.TakeReceived();
        Assert.Contains("x-a: caf\u00E9", received);
        Assert.Contains("Cookie: a=\u00FF; b=c", received, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(received, line => line.StartsWith("x_real_ip", StringComparison.OrdinalIgnoreCase)
            || line.StartsWith("forwarded:", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(100, "200")]
    [InlineData(101, "431")]
    [InlineData(150, "431")]
    public async Task The_limit_on_the_number_of_fields_does_not_count_pseudo_fields(int fields, string status)
    {
        await using var chain = WireChain.Start();
        using var client = await RawHttp2Client.ConnectAsync(chain.TlsPort);

        var outcome = await client.OutcomeAsync(await client.SendAsync(
            [.. RawHttp2Client.Get(WireChain.Path), .. Enumerable.Range(0, fields).Select(i => ($"x-{i}", "1"))]));

        Assert.Equal(status, outcome);
        Assert.Equal("200", await client.OutcomeAsync(await client.SendAsync(RawHttp2Client.Get(WireChain.Path))));
    }
}
