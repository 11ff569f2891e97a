using System.Text.Json;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Wire;

/// <summary>Requests that Kestrel's parser rejects before the pipeline. Each is recorded in the access log.</summary>
[Trait("Category", "Integration")]
public sealed class RefusedRequestTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("owlboard-refused-");
    private readonly CertificateFolder _files = new();
    private readonly int _tlsPort = FreePort.Next();
    private FakeGateway _gateway = null!;

    private string LogFile => Path.Combine(_directory.FullName, "access.log");

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("gw-1");

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _directory.Delete(recursive: true);
        _files.Dispose();
    }

    [Theory]
    [InlineData(400, "", "", "nonsense\r\n\r\n")]
    [InlineData(400, "", "", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n")]
    [InlineData(400, "GET", "/b?c=d", "GET /b?c=d HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData(400, "GET", "/b", "GET /b HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n")]
    [InlineData(400, "GET", "/b", "GET /b HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n")]
    [InlineData(400, "GET", "/b", "GET /b HTTP/1.1\r\n\r\n")]
    [InlineData(400, "GET", "/b", "GET /b HTTP/1.1\r\nHost: a\r\nX-A: b\u0001c\r\n\r\n")]
    [InlineData(400, "POST", "/b", "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx")]
    [InlineData(408, "GET", "/b", "GET /b HTTP/1.1\r\nHost: a\r\n")]
    [InlineData(414, "", "", "GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(431, "GET", "/b", "GET /b HTTP/1.1\r\nHost: a\r\nX-A: {long}\r\nX-B: {long}\r\nX-C: {long}\r\nX-D: {long}\r\n\r\n")]
    [InlineData(505, "", "", "GET /b HTTP/3.0\r\nHost: a\r\n\r\n")]
    public async Task A_refused_request_is_one_line(int status, string method, string target, string request)
    {
        await using var loadBalancer = Start();

        var response = await RawClient.AskAsync(loadBalancer.Desktop, request.Replace("{long}", new string('x', 9000), StringComparison.Ordinal));

        Assert.Equal(status, response.Status);
        using var entry = JsonDocument.Parse(Assert.Single(await LinesAsync(1)));
        var fields = entry.RootElement;
        Assert.Equal(status, fields.GetProperty("status").GetInt32());
        Assert.Equal("127.0.0.1", fields.GetProperty("client").GetString());
        Assert.Equal("desktop", fields.GetProperty("listener").GetString());
        Assert.Equal("-", fields.GetProperty("upstream").GetString());
        if (method.Length > 0)
        {
            Assert.Equal(method, fields.GetProperty("method").GetString());
            Assert.Equal(target, fields.GetProperty("path").GetString() + fields.GetProperty("query").GetString());
        }

        Assert.Empty(_gateway.Received);
    }

    [Fact]
    public async Task Requests_before_it_on_the_connection_keep_their_own_line()
    {
        await using var loadBalancer = Start();
        using var client = await RawClient.ConnectAsync(loadBalancer.Desktop);

        await client.SendAsync("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadResponseAsync();
        await client.SendAsync("GET /second HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n");
        Assert.Equal(400, (await client.ReadResponseAsync()).Status);

        var lines = await LinesAsync(2);
        Assert.Contains("\"path\":\"/first\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"status\":200", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"path\":\"/second\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"status\":400", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_fails_in_the_pipeline_has_one_line_still()
    {
        await using var loadBalancer = Start();

        var response = await RawClient.AskAsync(
            loadBalancer.Desktop, "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n0\r\n\r\n");

        Assert.Equal(400, response.Status);
        // The line of the next request follows all lines of the first.
        await RawClient.AskAsync(loadBalancer.Desktop, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        var lines = await LinesAsync(2);
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"path\":\"/b\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"path\":\"/next\"", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_over_http_2_with_fields_too_large_is_one_line()
    {
        _files.Write(CertificateFolder.Issue("wire"));
        await using var loadBalancer = Start(_files.Settings(_tlsPort));
        using var client = await RawHttp2Client.ConnectAsync(_tlsPort);

        var outcome = await client.OutcomeAsync(await client.SendAsync(
            [.. RawHttp2Client.Get("/b"), .. Enumerable.Range(0, 5).Select(i => ($"x-{i}", new string('x', 3000)))]));

        Assert.Equal("431", outcome);
        var line = Assert.Single(await LinesAsync(1));
        Assert.Contains("\"path\":\"/b\"", line, StringComparison.Ordinal);
        Assert.Contains("\"status\":431", line, StringComparison.Ordinal);
    }

    private TestLoadBalancer Start(params KeyValuePair<string, string>[] settings) => TestLoadBalancer.Start(
        [_gateway],
        [
            new("AccessLog:Enabled", "true"),
            new("AccessLog:Path", LogFile),
            new("AccessLog:Format", "json"),
            new("Timeouts:RequestHeaders", "00:00:01"),
            new("Limits:RequestHeadersBytes", "14000"),
            .. settings,
        ]);

    private async Task<string[]> LinesAsync(int count)
    {
        string[] lines = [];
        await Eventually.IsTrueAsync($"{count} lines are logged", () =>
        {
            lines = File.Exists(LogFile) ? File.ReadAllLines(LogFile) : [];
            return lines.Length >= count;
        });
        return lines;
    }
}
