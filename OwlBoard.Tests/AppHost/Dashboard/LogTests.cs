using Microsoft.Extensions.Logging;
using OwlBoard.AppHost.Embedded.Dashboard.Records;
using OwlBoard.AppHost.Embedded.Logs;

namespace OwlBoard.Tests.AppHost.Dashboard;

[Trait("Category", "Unit")]
public sealed class LogTests
{
    [Fact]
    public async Task Lines_have_the_level_of_their_heading()
    {
        var logs = new ResourceLogs(TimeProvider.System);
        foreach (var text in new[] { "info: A[0]", "      message", "warn: A[0]", "      message", "127.0.0.1 \"GET / HTTP/1.1\" 200", "fail: A[0]", "      at B()" })
        {
            logs.Write(new("gateway", text, IsError: false));
            logs.Write(new("other", "      of another program", IsError: false));
        }

        var lines = await ReadAsync(logs, "gateway", count: 7);

        Assert.Equal(
            [
                LogLevel.Information, LogLevel.Information, LogLevel.Warning, LogLevel.Warning, LogLevel.Information,
                LogLevel.Error, LogLevel.Error,
            ],
            lines.Select(line => line.Level));
    }

    [Fact]
    public async Task Lines_are_kept_up_to_their_number_and_length_and_told_in_order()
    {
        var logs = new ResourceLogs(TimeProvider.System);
        for (var i = 0; i < ResourceLogs.Kept + 5; i++)
        {
            logs.Write(new(i % 2 == 0 ? "even" : "odd", new string('x', 100_000), IsError: true));
        }

        for (var i = 0; i < ResourceLogs.Kept; i++)
        {
            logs.Write(new("even", $"{i}", IsError: true));
        }

        var lines = await ReadAsync(logs, resource: null, count: ResourceLogs.Kept + 502);

        Assert.Equal(lines.Select(line => line.Number).Order(), lines.Select(line => line.Number));
        Assert.Equal(ResourceLogs.Kept, lines.Count(line => line.Resource == "even"));
        Assert.All(lines, line => Assert.InRange(line.Text.Length, 1, ResourceLogs.Longest + 2));
    }

    [Fact]
    public async Task Reader_gets_only_what_is_new_when_it_comes_back()
    {
        var logs = new ResourceLogs(TimeProvider.System);
        logs.Write(new("gateway", "old", IsError: false));
        logs.Write(new("gateway", "new", IsError: false));

        Assert.Equal("new", Assert.Single(await ReadAsync(logs, "gateway", count: 1, after: 1)).Text);
    }

    [Fact]
    public void Records_are_dropped_oldest_first_and_found_by_what_is_in_them()
    {
        var store = new LogRecordStore(most: 3);
        store.Add(Enumerable.Range(1, 5).Select(i => new LogRecord("chat-service", "Rooms", 0, i * 4, $"message {i}") { TraceId = $"t{i}" }));

        Assert.Equal(["message 5", "message 4", "message 3"], store.Find(new(), 10).Select(record => record.Text));
        Assert.Equal("message 5", Assert.Single(store.Find(new(AtLeast: 17), 10)).Text);
        Assert.Equal("message 4", Assert.Single(store.Find(new(TraceId: "t4"), 10)).Text);
        Assert.Equal("message 3", Assert.Single(store.Find(new("chat-service", "GE 3"), 10)).Text);
        Assert.Empty(store.Find(new("user-service"), 10));
    }

    private static async Task<List<LogLine>> ReadAsync(ResourceLogs logs, string? resource, int count, long after = 0)
    {
        var lines = new List<LogLine>();
        await foreach (var line in logs.ReadAsync(resource, TestContext.Current.CancellationToken, after))
        {
            lines.Add(line);
            if (lines.Count == count)
            {
                break;
            }
        }

        return lines;
    }
}
