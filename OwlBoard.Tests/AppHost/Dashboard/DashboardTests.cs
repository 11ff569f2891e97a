using System.IO.Compression;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting;
using OwlBoard.AppHost.Embedded.Dashboard;
using OwlBoard.AppHost.Embedded.Dashboard.Otlp;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost.Dashboard;

/// <summary>The dashboard over real sockets: who gets in, what programs report, what a person commands.</summary>
[Trait("Category", "Integration")]
public sealed class DashboardTests(RunningDashboard dashboard) : IClassFixture<RunningDashboard>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/app.js")]
    [InlineData("/api/live")]
    [InlineData("/api/console")]
    [InlineData("/api/records")]
    [InlineData("/api/traces")]
    [InlineData("/api/nothing")]
    [InlineData("/login")]
    [InlineData("/login?t=00000000000000000000000000000000")]
    public async Task Dashboard_shows_nothing_to_who_did_not_come_by_the_link(string path)
    {
        using var response = await dashboard.Stranger().GetAsync(path, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Contains("Open the link that the AppHost printed", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dashboard_takes_no_command_from_who_did_not_come_by_the_link()
    {
        var origin = dashboard.Address.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.Unauthorized, await RunningDashboard.CommandAsync(dashboard.Stranger(), "stop", origin));
        Assert.Equal(ResourceState.Running, dashboard.State.State);
    }

    [Fact]
    public async Task Link_lets_a_browser_in_with_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        using var login = await dashboard.Stranger().GetAsync(dashboard.Login, Cancellation);
        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(dashboard.Login[^32..], cookie, StringComparison.Ordinal);

        using var page = await (await dashboard.VisitorAsync()).GetAsync("/", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.StartsWith("default-src 'none'; script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost")]
    [InlineData("localhost.evil.example")]
    public async Task Dashboard_answers_to_its_own_name_only(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, dashboard.Login);
        request.Headers.Host = host;

        using var response = await dashboard.Stranger().SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Dashboard_listens_on_loopback_only()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(candidate));
        Assert.SkipWhen(address is null, "this machine has no other address");

        using var client = new TcpClient();
        await Assert.ThrowsAnyAsync<SocketException>(async () => await client.ConnectAsync(address, dashboard.Address.Port, Cancellation));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("http://evil.example")]
    [InlineData("http://localhost:3002")]
    public async Task Dashboard_takes_no_command_from_another_page(string? origin)
    {
        var visitor = await dashboard.VisitorAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await RunningDashboard.CommandAsync(visitor, "stop", origin));
        Assert.Equal(ResourceState.Running, dashboard.State.State);
    }

    [Theory]
    [InlineData("same-site", "no-cors", HttpStatusCode.Forbidden)]
    [InlineData("cross-site", "cors", HttpStatusCode.Forbidden)]
    [InlineData("same-origin", "cors", HttpStatusCode.OK)]
    [InlineData("cross-site", "navigate", HttpStatusCode.OK)]
    public async Task Dashboard_gives_nothing_to_another_page(string site, string mode, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/traces");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-Mode", mode);

        using var response = await (await dashboard.VisitorAsync()).SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Resource_is_stopped_started_and_restarted_when_the_page_asks()
    {
        var visitor = await dashboard.VisitorAsync();
        var origin = dashboard.Address.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.NoContent, await RunningDashboard.CommandAsync(visitor, "stop", origin));
        await Eventually.IsTrueAsync("it is stopped", () => dashboard.State is { State: ResourceState.Stopped, ProcessId: null });
        Assert.Equal(HttpStatusCode.NoContent, await RunningDashboard.CommandAsync(visitor, "start", origin));
        await Eventually.IsTrueAsync("it runs again", () => dashboard.State.IsReady);
        var before = dashboard.State.ProcessId;
        Assert.Equal(HttpStatusCode.NoContent, await RunningDashboard.CommandAsync(visitor, "restart", origin));
        await Eventually.IsTrueAsync("another process runs", () => dashboard.State.IsReady && dashboard.State.ProcessId != before);
        Assert.Equal(0, dashboard.State.Restarts);
    }

    [Theory]
    [InlineData("api-gateway-1", "explode")]
    [InlineData("nobody", "stop")]
    public async Task Command_that_does_not_exist_is_refused(string resource, string command)
    {
        var origin = dashboard.Address.GetLeftPart(UriPartial.Authority);

        Assert.Equal(HttpStatusCode.NotFound, await RunningDashboard.CommandAsync(await dashboard.VisitorAsync(), command, origin, resource));
    }

    [Fact]
    public async Task Page_is_told_of_every_resource_and_of_the_traffic()
    {
        var events = await ReadEventsAsync("/api/live", lines => lines.Contains("event: resources") && lines.Contains("event: traffic"));

        var resources = events[events.IndexOf("event: resources") + 1]["data: ".Length..];
        using var document = JsonDocument.Parse(resources);
        Assert.Equal(RunningDashboard.Gateway, document.RootElement[0].GetProperty("resource").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Console_is_told_what_was_written_before()
    {
        var events = await ReadEventsAsync(
            $"/api/console?resource={RunningDashboard.Gateway}",
            lines => lines.Exists(line => line.Contains("Now listening on", StringComparison.Ordinal)));

        Assert.Contains("event: line", events);
        Assert.Contains(events, line => line.StartsWith("id: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_that_runs_reports_its_traces_metrics_and_logs()
    {
        var visitor = await dashboard.VisitorAsync();
        await Eventually.IsTrueAsync("it runs", () => dashboard.State.IsReady);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var path = $"/nowhere-{Guid.NewGuid():N}";
        using var _ = await http.GetAsync(new Uri(dashboard.GatewayAddress, path), Cancellation);

        JsonElement found = default;
        await Eventually.IsTrueAsync("the trace is there", async () =>
        {
            found = (await RunningDashboard.ReadAsync(visitor, $"/api/traces?text={path}")).GetProperty("list");
            return found.GetArrayLength() == 1;
        });
        var trace = await RunningDashboard.ReadAsync(visitor, $"/api/traces/{found[0].GetProperty("id").GetString()}");
        Assert.Equal(RunningDashboard.Gateway, trace.GetProperty("spans")[0].GetProperty("resource").GetString());
        Assert.Equal("server", trace.GetProperty("spans")[0].GetProperty("kind").GetString());

        var series = default(JsonElement);
        await Eventually.IsTrueAsync("the histogram is there", async () =>
        {
            using var response = await visitor.GetAsync($"/api/series?resource={RunningDashboard.Gateway}&instrument=http.server.request.duration", Cancellation);
            series = response.IsSuccessStatusCode ? JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancellation)) : default;
            return response.IsSuccessStatusCode;
        });
        Assert.Equal("s", series.GetProperty("instrument").GetProperty("unit").GetString());
        await Eventually.IsTrueAsync("the log is there", async () =>
            (await RunningDashboard.ReadAsync(visitor, "/api/records?text=Now%20listening")).GetArrayLength() > 0);
    }

    [Fact]
    public async Task Report_is_refused_without_the_key()
    {
        using var response = await dashboard.ReportAsync("traces", new ByteArrayContent(OtlpReaderTests.Request(OtlpReaderTests.Span())), key: "guessed");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Report_that_is_malformed_is_refused_and_loses_nothing()
    {
        var id = Guid.NewGuid().ToByteArray();
        var good = OtlpReaderTests.Request(new ProtoMessage().Data(1, id).Data(2, id.AsSpan(0, 8)).Text(5, "good"));
        using var first = await dashboard.ReportAsync("traces", new ByteArrayContent(good));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        foreach (var body in new[] { good[..^1], [.. good, 0xFF], "no protobuf"u8.ToArray() })
        {
            using var refused = await dashboard.ReportAsync("traces", new ByteArrayContent(body));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        var trace = await RunningDashboard.ReadAsync(await dashboard.VisitorAsync(), $"/api/traces/{Convert.ToHexStringLower(id)}");
        Assert.Equal("good", trace.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Report_may_be_compressed_with_gzip_and_nothing_else()
    {
        var id = Guid.NewGuid().ToByteArray();
        using var accepted = await dashboard.ReportAsync("traces", Compressed(OtlpReaderTests.Request(new ProtoMessage().Data(1, id).Data(2, id.AsSpan(0, 8)).Text(5, "small"))));
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        Assert.Equal("small", (await RunningDashboard.ReadAsync(await dashboard.VisitorAsync(), $"/api/traces/{Convert.ToHexStringLower(id)}")).GetProperty("name").GetString());

        var broken = new ByteArrayContent([1, 2, 3]);
        broken.Headers.ContentEncoding.Add("gzip");
        using var refused = await dashboard.ReportAsync("traces", broken);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var other = new ByteArrayContent([]);
        other.Headers.ContentEncoding.Add("br");
        using var unknown = await dashboard.ReportAsync("traces", other);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unknown.StatusCode);
    }

    [Fact]
    public async Task Report_that_is_too_long_is_refused_compressed_or_not()
    {
        var zeros = new byte[OtlpEndpoints.LongestBody + 1];

        using var plain = await dashboard.ReportAsync("metrics", new ByteArrayContent(zeros));
        using var compressed = await dashboard.ReportAsync("metrics", Compressed(zeros));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, plain.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, compressed.StatusCode);
    }

    [Fact]
    public async Task Program_reports_where_the_user_says_when_the_user_says_so()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var chosen = builder.AddProject<Projects.OwlBoard_Gateway>("chosen").WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317");
        var other = builder.AddProject<Projects.OwlBoard_Gateway>("other");
        PortAllocator.Allocate(builder.Resources);
        chosen.Resource.ReportTo("http://localhost:18888", "key");
        other.Resource.ReportTo("http://localhost:18888", "key");

        var environment = (await ResourceCommand.ResolveAsync(chosen.Resource, builder.ExecutionContext, Cancellation)).Environment;
        Assert.Equal("http://collector:4317", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_HEADERS", environment.Keys);
        environment = (await ResourceCommand.ResolveAsync(other.Resource, builder.ExecutionContext, Cancellation)).Environment;
        Assert.Equal("http://localhost:18888", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("x-otlp-api-key=key", environment["OTEL_EXPORTER_OTLP_HEADERS"]);
        Assert.DoesNotContain("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", environment.Keys);
    }

    private static ByteArrayContent Compressed(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(body);
        }

        var content = new ByteArrayContent(compressed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private async Task<List<string>> ReadEventsAsync(string path, Predicate<List<string>> until)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Eventually.DefaultDeadline);
        using var reader = new StreamReader(await (await dashboard.VisitorAsync()).GetStreamAsync(path, deadline.Token));
        var lines = new List<string>();
        while (lines.LastOrDefault() is null or not "" || !until(lines))
        {
            lines.Add(await reader.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException(path));
        }

        return lines;
    }
}
