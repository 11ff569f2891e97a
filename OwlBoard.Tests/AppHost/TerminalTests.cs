using OwlBoard.AppHost.Embedded.Logs;
using OwlBoard.AppHost.Embedded.Notifications;
using OwlBoard.AppHost.Embedded.Terminal;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Unit")]
public sealed class TerminalTests
{
    private readonly ResourceSnapshot[] _resources =
    [
        new("api-gateway-1")
        {
            State = ResourceState.Running,
            Health = ResourceHealth.Healthy,
            ProcessId = 4711,
            Urls = [new("http", "http://localhost:20001", IsExternal: false)],
        },
        new("load-balancer") { State = ResourceState.Waiting },
    ];

    [Fact]
    public void Table_shows_state_process_and_endpoint_of_each_resource()
    {
        var lines = new ResourceTable(new Palette(isOn: false)).Render(_resources, width: 100);

        Assert.Equal(
            [
                "RESOURCE       STATE    PID   ENDPOINT",
                "api-gateway-1  Running  4711  http://localhost:20001",
                "load-balancer  Waiting  -",
            ],
            lines);
    }

    [Fact]
    public void Table_is_narrower_than_the_terminal_so_that_no_line_wraps()
    {
        var lines = new ResourceTable(new Palette(isOn: false)).Render(_resources, width: 30);

        Assert.All(lines, line => Assert.InRange(line.Length, 0, 29));
    }

    [Fact]
    public async Task Table_is_drawn_over_and_logs_scroll_above_it_when_something_happens()
    {
        using var output = new StringWriter();
        await using var console = new LiveConsole(output, new Palette(isOn: false), () => (80, 24));

        console.WriteLine("first");
        console.Draw();
        console.WriteLine("second");
        console.Draw();

        Assert.Equal("first\n\e[1F\e[Jsecond\n", output.ToString().Replace("RESOURCE  STATE  PID  ENDPOINT\n", string.Empty, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Table_is_one_line_when_the_terminal_is_too_low_for_it()
    {
        var notifications = new ResourceNotifications(_resources);
        using var output = new StringWriter();
        using var ended = new CancellationTokenSource();
        await using var console = new LiveConsole(output, new Palette(isOn: false), () => (80, 4));

        var showing = console.ShowAsync(notifications, new ResourceLogs(TimeProvider.System), ended.Token);
        await ended.CancelAsync();
        await showing;
        console.Draw();

        Assert.Equal("1 of 2 running load-balancer Waiting\n", output.ToString());
    }

    [Fact]
    public void Colours_are_left_out_when_they_are_off()
    {
        Assert.Equal("text", new Palette(isOn: false).Paint("text", Palette.Red));
        Assert.Equal("\e[31mtext\e[0m", new Palette(isOn: true).Paint("text", Palette.Red));
    }
}
