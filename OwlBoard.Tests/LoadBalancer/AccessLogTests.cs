using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.AccessLog;
using OwlBoard.LoadBalancer.Gateways;
using OwlBoard.LoadBalancer.Telemetry;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.LoadBalancer;

[Trait("Category", "Integration")]
public sealed class AccessLogTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("owlboard-access-log-");
    private FakeGateway _gateway = null!;

    private string LogFile => Path.Combine(_directory.FullName, "access.log");

    public async ValueTask InitializeAsync() => _gateway = await FakeGateway.StartAsync("api-gateway-2");

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_request_is_one_line_of_text()
    {
        await using var loadBalancer = Start();

        await loadBalancer.AskAsync("/boards?sort=name");

        var line = Assert.Single(await LinesAsync(1));
        Assert.Matches(
            """^127\.0\.0\.1 \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] "GET /boards\?sort=name HTTP/1\.1" 200 13 \d+\.\d{3} "" upstream: api-gateway-2 tries: 1 listener: desktop trace: [0-9a-f]{32}$""",
            line);
    }

    [Fact]
    public async Task A_request_is_one_line_of_json_with_every_field()
    {
        await using var loadBalancer = Start(("Format", "json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(loadBalancer.Mobile, "/boards?q=%22x%22"));
        request.Headers.Add("User-Agent", "owl/1.0 (\"quoted\")");

        await loadBalancer.Http.SendAsync(request, TestContext.Current.CancellationToken);

        using var entry = JsonDocument.Parse(Assert.Single(await LinesAsync(1)));
        var fields = entry.RootElement;
        Assert.Equal(
            ["time", "client", "method", "path", "query", "protocol", "status", "bytes", "duration_s", "user_agent", "upstream", "tries", "listener", "trace_id"],
            fields.EnumerateObject().Select(field => field.Name));
        Assert.InRange(fields.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        Assert.Equal("127.0.0.1", fields.GetProperty("client").GetString());
        Assert.Equal("POST", fields.GetProperty("method").GetString());
        Assert.Equal("/boards", fields.GetProperty("path").GetString());
        Assert.Equal("?q=%22x%22", fields.GetProperty("query").GetString());
        Assert.Equal("HTTP/1.1", fields.GetProperty("protocol").GetString());
        Assert.Equal(200, fields.GetProperty("status").GetInt32());
        Assert.Equal("api-gateway-2".Length, fields.GetProperty("bytes").GetInt64());
        Assert.InRange(fields.GetProperty("duration_s").GetDouble(), 0, 60);
        Assert.Equal("owl/1.0 (\"quoted\")", fields.GetProperty("user_agent").GetString());
        Assert.Equal("api-gateway-2", fields.GetProperty("upstream").GetString());
        Assert.Equal(1, fields.GetProperty("tries").GetInt32());
        Assert.Equal("mobile", fields.GetProperty("listener").GetString());
        Assert.Matches("^[0-9a-f]{32}$", fields.GetProperty("trace_id").GetString());
    }

    [Fact]
    public async Task Both_gateways_are_named_when_a_second_one_was_tried()
    {
        await using var gone = await FakeGateway.StartAsync("gone");
        await gone.StopAsync();
        await using var loadBalancer = Start([gone, _gateway], ("Format", "json"));

        await loadBalancer.AskAsync();
        await loadBalancer.AskAsync();

        Assert.Contains(await LinesAsync(2), line => line.Contains("\"upstream\":\"gone, api-gateway-2\",\"tries\":2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Nothing_that_a_client_sends_can_forge_a_line_or_a_field(string format)
    {
        await using var loadBalancer = Start(("Format", format));
        // In UTF-8: next line (C2 85), line separator (E2 80 A8), right-to-left override (E2 80 AE).
        const string Agent = "x\" upstream: forged \u00C2\u0085 \u00E2\u0080\u00A8 \u00E2\u0080\u00AE \\ tries: 9";

        await RawClient.AskAsync(
            loadBalancer.Desktop,
            $"GET /a%0A10.0.0.1%20%22GET%20/%0D%1B[2J%22\"\\ HTTP/1.1\r\nHost: a\r\nUser-Agent: {Agent}\r\n\r\n");

        var line = Assert.Single(await LinesAsync(1));
        Assert.DoesNotContain(line, character => char.IsControl(character) || character is '\u2028' or '\u202E');
        if (format == "json")
        {
            using var entry = JsonDocument.Parse(line);
            Assert.Equal("/a%0A10.0.0.1%20%22GET%20/%0D%1B[2J%22\"\\", entry.RootElement.GetProperty("path").GetString());
            Assert.Equal("x\" upstream: forged \u0085 \u2028 \u202E \\ tries: 9", entry.RootElement.GetProperty("user_agent").GetString());
        }
        else
        {
            Assert.Contains("\"GET /a%0A10.0.0.1%20%22GET%20/%0D%1B[2J%22\\x22\\x5C HTTP/1.1\" 200", line, StringComparison.Ordinal);
            Assert.Contains("\"x\\x22 upstream: forged \\x85 \\u2028 \\u202E \\x5C tries: 9\" upstream: api-gateway-2 ", line, StringComparison.Ordinal);
            Assert.Equal(6, line.Count(character => character == '"') + 2);
        }
    }

    [Theory]
    [InlineData("/a%3Fb%2F%252F?c=%22", "/a%3Fb%2F%252F", "?c=%22", 200)]
    [InlineData("http://b/a%3Fb?c", "/a%3Fb", "?c", 200)]
    [InlineData("http://b?c", "/", "?c", 200)]
    [InlineData("/a/../b", "/a/../b", "", 200)]
    [InlineData("/a%?b", "/a%", "?b", 400)]
    [InlineData("/a\u0001\"", "/a\u0001\"", "", 400)]
    public async Task Path_and_query_are_logged_as_they_were_sent(string target, string path, string query, int status)
    {
        await using var loadBalancer = Start(("Format", "json"));

        await RawClient.AskAsync(loadBalancer.Desktop, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");

        using var entry = JsonDocument.Parse(Assert.Single(await LinesAsync(1)));
        Assert.Equal(path, entry.RootElement.GetProperty("path").GetString());
        Assert.Equal(query, entry.RootElement.GetProperty("query").GetString());
        Assert.Equal(status, entry.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Probes_are_not_logged_and_other_requests_to_health_are()
    {
        await using var loadBalancer = Start();

        await loadBalancer.Http.GetAsync("/health", TestContext.Current.CancellationToken);
        await loadBalancer.Http.GetAsync(new Uri(loadBalancer.Mobile, "/health"), TestContext.Current.CancellationToken);
        await loadBalancer.Http.GetAsync("/lb-status", TestContext.Current.CancellationToken);
        await loadBalancer.Http.PostAsync("/health", null, TestContext.Current.CancellationToken);

        var lines = await LinesAsync(2);
        Assert.Equal(2, lines.Length);
        Assert.Contains("GET /lb-status", lines[0], StringComparison.Ordinal);
        Assert.Contains("upstream: - tries: 0", lines[0], StringComparison.Ordinal);
        Assert.Contains("POST /health", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_load_balancer_refuses_is_logged_with_its_status_and_size()
    {
        await using var loadBalancer = TestLoadBalancer.Start(
            [_gateway],
            [
                new("AccessLog:Enabled", "true"),
                new("AccessLog:Path", LogFile),
                new("RateLimit:RequestsPerSecond", "0.001"),
                new("RateLimit:Burst", "0"),
            ]);

        var tooLarge = await RawClient.AskAsync(loadBalancer.Desktop, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
        var ambiguous = await RawClient.AskAsync(loadBalancer.Desktop, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
        await loadBalancer.AskAsync();
        var tooMany = await RawClient.AskAsync(loadBalancer.Desktop, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        var lines = await LinesAsync(4);
        // A line is written after its response has been sent; the order of lines of two connections varies.
        Assert.Equal(["200", "400", "413", "429"], lines.Select(Status).Order());
        foreach (var response in new[] { tooLarge, ambiguous, tooMany })
        {
            var line = lines.Single(line => Status(line) == $"{response.Status}");
            Assert.Contains($" {response.Status} {response.Body.Length} ", line, StringComparison.Ordinal);
            Assert.Contains("upstream: - tries: 0", line, StringComparison.Ordinal);
        }

        static string Status(string line) => line.Split("HTTP/1.1\" ")[1][..3];
    }

    [Fact]
    public async Task A_client_that_went_away_is_logged_as_499()
    {
        _gateway.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var loadBalancer = Start();
        var client = await RawClient.ConnectAsync(loadBalancer.Desktop);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Eventually.IsTrueAsync("the gateway has the request", () => !_gateway.Received.IsEmpty);

        client.Dispose();

        Assert.Contains("\" 499 0 ", Assert.Single(await LinesAsync(1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stuck_sink_never_holds_requests_up_and_what_is_dropped_is_counted()
    {
        var logger = new RecordingLogger<AccessLogWriter>();
        using var sink = new StuckStream();
        var loadBalancer = TestLoadBalancer.Start(
            [_gateway],
            [new("AccessLog:Enabled", "true"), new("AccessLog:Capacity", "16")],
            services => services.AddSingleton(provider => new AccessLogWriter(
                provider.GetRequiredService<IOptionsMonitor<AccessLogOptions>>(), provider.GetRequiredService<LoadBalancerMetrics>(), logger, _ => sink)));
        using var metric = new RecordedMetric(loadBalancer, "owlboard.access_log.dropped");
        await loadBalancer.AskAsync();
        Assert.True(sink.Reached.Wait(Eventually.DefaultDeadline, TestContext.Current.CancellationToken));

        for (var i = 0; i < 100; i++)
        {
            await loadBalancer.AskAsync($"/{i}");
        }

        var writer = loadBalancer.Services.GetRequiredService<AccessLogWriter>();
        await Eventually.IsTrueAsync("all but 16 of 100 are dropped", () => writer.Dropped == 84);
        Assert.Equal(84, metric.Sum);
        Assert.Empty(logger.Messages);

        sink.Release();
        await Eventually.IsTrueAsync("the number of dropped lines is logged", () => !logger.Messages.IsEmpty);
        await loadBalancer.DisposeAsync();

        Assert.Equal(["Warning: 84 access log lines were dropped because the sink failed or did not keep up."], logger.Messages);
        Assert.Equal(17, Encoding.UTF8.GetString(sink.ToArray()).Count(character => character == '\n'));
    }

    [Theory]
    [InlineData("16384", 600)]
    [InlineData("16", 8)]
    public async Task The_first_line_is_written_at_once_and_those_that_gather_then_when_they_are_many_or_at_the_end(string capacity, int many)
    {
        await using var loadBalancer = Start(("Capacity", capacity));
        var file = Path.Combine(_directory.FullName, "gathered.log");
        using var writer = new AccessLogWriter(
            loadBalancer.Services.GetRequiredService<IOptionsMonitor<AccessLogOptions>>(),
            loadBalancer.Services.GetRequiredService<LoadBalancerMetrics>(),
            new RecordingLogger<AccessLogWriter>(),
            _ => AccessLogSink.Open(new AccessLogOptions { Path = file }),
            pause: Timeout.InfiniteTimeSpan);
        await writer.StartAsync(TestContext.Current.CancellationToken);

        writer.Write(Entry("/first"));
        await Eventually.IsTrueAsync("the first line is written", () => File.Exists(file) && File.ReadAllText(file).Contains("/first", StringComparison.Ordinal));

        for (var i = 0; i < many; i++)
        {
            writer.Write(Entry($"/many-{i}"));
        }

        await Eventually.IsTrueAsync("many lines are written", () => File.ReadAllText(file).Contains("/many-0", StringComparison.Ordinal));
        writer.Write(Entry("/last"));
        await writer.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, writer.Dropped);
        Assert.Equal(many + 2, (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_sink_that_throws_anything_loses_its_lines_and_the_next_ones_are_written()
    {
        await using var loadBalancer = Start();
        var logger = new RecordingLogger<AccessLogWriter>();
        var file = Path.Combine(_directory.FullName, "after-failure.log");
        var opened = 0;
        using var writer = new AccessLogWriter(
            loadBalancer.Services.GetRequiredService<IOptionsMonitor<AccessLogOptions>>(),
            loadBalancer.Services.GetRequiredService<LoadBalancerMetrics>(),
            logger,
            _ => opened++ == 0 ? throw new NotSupportedException("Not today") : AccessLogSink.Open(new AccessLogOptions { Path = file }));
        await writer.StartAsync(TestContext.Current.CancellationToken);

        writer.Write(Entry("/lost"));
        await Eventually.IsTrueAsync("the line is dropped", () => writer.Dropped == 1);
        writer.Write(Entry("/kept"));

        await Eventually.IsTrueAsync("the next line is written", () => File.Exists(file) && File.ReadAllText(file).Contains("/kept", StringComparison.Ordinal));
        Assert.Contains(logger.Messages, line => line.StartsWith("Error: Writing the access log to ", StringComparison.Ordinal));
        await writer.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_was_logged_before_the_stop_is_written_before_the_end()
    {
        var loadBalancer = Start();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => loadBalancer.AskAsync($"/{i}")));

        await loadBalancer.DisposeAsync();

        Assert.Equal(200, (await File.ReadAllLinesAsync(LogFile, TestContext.Current.CancellationToken)).Length);
    }

    [Theory]
    [InlineData("move")]
    [InlineData("move and create")]
    [InlineData("copy and truncate")]
    public async Task After_logrotate_lines_go_into_the_new_file(string how)
    {
        await using var loadBalancer = Start();
        await loadBalancer.AskAsync("/before");
        await LinesAsync(1);

        var rotated = LogFile + ".1";
        if (how == "copy and truncate")
        {
            File.Copy(LogFile, rotated);
            await File.WriteAllTextAsync(LogFile, "", TestContext.Current.CancellationToken);
        }
        else
        {
            File.Move(LogFile, rotated);
            if (how == "move and create")
            {
                await File.WriteAllTextAsync(LogFile, "", TestContext.Current.CancellationToken);
            }
        }

        await loadBalancer.AskAsync("/after");
        await loadBalancer.AskAsync("/later");

        var lines = await LinesAsync(2);
        Assert.Contains("/after", lines[0], StringComparison.Ordinal);
        Assert.Contains("/later", lines[1], StringComparison.Ordinal);
        Assert.Contains("/before", Assert.Single(await File.ReadAllLinesAsync(rotated, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Format_path_and_whether_there_is_a_log_change_while_it_runs()
    {
        await using var loadBalancer = Start();
        await loadBalancer.AskAsync("/1");
        await LinesAsync(1);

        Change(loadBalancer, ("AccessLog:Format", "json"));
        await loadBalancer.AskAsync("/2");
        Assert.StartsWith("{", (await LinesAsync(2))[1], StringComparison.Ordinal);

        var other = Path.Combine(_directory.FullName, "other.log");
        Change(loadBalancer, ("AccessLog:Path", other));
        await loadBalancer.AskAsync("/3");
        await Eventually.IsTrueAsync("the line is in the other file", () => File.Exists(other) && File.ReadAllText(other).Contains("/3", StringComparison.Ordinal));

        Change(loadBalancer, ("AccessLog:Enabled", "false"));
        await loadBalancer.AskAsync("/4");
        Change(loadBalancer, ("AccessLog:Enabled", "true"));
        await loadBalancer.AskAsync("/5");
        await Eventually.IsTrueAsync("the fifth line is written", () => File.ReadAllText(other).Contains("/5", StringComparison.Ordinal));
        Assert.DoesNotContain("/4", await File.ReadAllTextAsync(other, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(2, (await LinesAsync(2)).Length);
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_costs_lines_and_no_request_until_it_can()
    {
        var logger = new RecordingLogger<AccessLogWriter>();
        var missing = Path.Combine(_directory.FullName, "missing");
        await using var loadBalancer = TestLoadBalancer.Start(
            [_gateway],
            [new("AccessLog:Enabled", "true"), new("AccessLog:Path", Path.Combine(missing, "access.log"))],
            services => services.AddSingleton(provider => new AccessLogWriter(
                provider.GetRequiredService<IOptionsMonitor<AccessLogOptions>>(), provider.GetRequiredService<LoadBalancerMetrics>(), logger, AccessLogSink.Open)));
        await loadBalancer.AskAsync("/1");
        await loadBalancer.AskAsync("/2");
        var writer = loadBalancer.Services.GetRequiredService<AccessLogWriter>();
        await Eventually.IsTrueAsync("both lines are dropped", () => writer.Dropped == 2);

        Directory.CreateDirectory(missing);
        await loadBalancer.AskAsync("/3");

        await Eventually.IsTrueAsync("the number of dropped lines is logged", () => logger.Messages.Count == 2);
        Assert.StartsWith($"Error: Writing the access log to {missing}", logger.Messages.First(), StringComparison.Ordinal);
        Assert.StartsWith("Warning: 2 access log lines were dropped", logger.Messages.Last(), StringComparison.Ordinal);
        Assert.Contains("/3", await File.ReadAllTextAsync(Path.Combine(missing, "access.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static void Change(TestLoadBalancer loadBalancer, (string Key, string Value) setting)
    {
        var configuration = loadBalancer.Services.GetRequiredService<IConfiguration>();
        configuration[$"LoadBalancer:{setting.Key}"] = setting.Value;
        ((IConfigurationRoot)configuration).Reload();
    }

    private TestLoadBalancer Start(params (string Key, string Value)[] settings) => Start([_gateway], settings);

    private TestLoadBalancer Start(IEnumerable<FakeGateway> gateways, params (string Key, string Value)[] settings) => TestLoadBalancer.Start(
        gateways,
        [
            new("AccessLog:Enabled", "true"),
            new("AccessLog:Path", LogFile),
            .. settings.Select(setting => KeyValuePair.Create($"AccessLog:{setting.Key}", setting.Value)),
        ]);

    /// <summary>Returns the log once it has the given number of lines.</summary>
    private async Task<string[]> LinesAsync(int count)
    {
        string[] lines = [];
        await Eventually.IsTrueAsync($"{count} lines are logged", () =>
        {
            if (!File.Exists(LogFile))
            {
                return false;
            }

            var text = File.ReadAllText(LogFile);
            lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return lines.Length >= count && text.EndsWith('\n');
        });
        return lines;
    }

    private static AccessLogEntry Entry(string path) => new(
        DateTimeOffset.UnixEpoch, "Desktop", IPAddress.Loopback, "GET", RequestTarget.Parse(path), "HTTP/1.1", StatusCodes.Status200OK, Bytes: 0, TimeSpan.Zero,
        UserAgent: new string('a', 1000), "gw-1", Attempts: 1, TraceParent: "");
}
