using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.Tests.AppHost;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.EndToEnd;

[Collection(SystemCollection.Name)]
[Trait("Category", "EndToEnd")]
public sealed class SystemTests(RunningSystem system)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void AppHost_runs_every_program_and_names_its_links()
    {
        Assert.All(RunningSystem.Programs, name => Assert.Equal(KnownResourceStates.Running, system.StateOf(name).State?.Text));
        Assert.Equal(
            ["API (desktop)", "Status page", "Metrics", "API (mobile)"],
            system.StateOf("load-balancer").Urls.OrderByDescending(url => url.DisplayProperties.SortOrder).Select(url => url.DisplayProperties.DisplayName));
        Assert.All(
            new[] { "user-service", "chat-service" },
            name => Assert.Matches(@"^The certificate expires on \d{4}-\d\d-\d\d\.$", Assert.Single(system.StateOf(name).HealthReports).Description));
        Assert.Equal("Whiteboard (desktop)", Assert.Single(system.StateOf("desktop-frontend").Urls).DisplayProperties.DisplayName);
    }

    [Fact]
    public async Task AppHost_names_the_holder_of_each_port_and_harms_nothing_when_it_is_started_twice()
    {
        await system.IsWholeAsync();

        await using var second = new AppHostProcess([.. system.Options]);

        Assert.Equal(1, await second.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.StartsWith(
            $"Port {system.Port("desktop")} of load-balancer (desktop) is in use by OwlBoard.LoadBalancer", Assert.Single(second.Errors), StringComparison.Ordinal);
        Assert.Equal(4, await system.ActiveBackendsAsync());
    }

    [Fact]
    public async Task The_load_balancer_says_what_its_contract_says()
    {
        await system.IsWholeAsync();

        Assert.Equal("Load Balancer Healthy", await system.Http.GetStringAsync("/health", Cancellation));
        Assert.Equal("Load Balancer Healthy (Mobile)", await system.Http.GetStringAsync(new Uri(system.Mobile, "/health"), Cancellation));
        Assert.StartsWith("Active Backends: 4\nAlgorithm: least_conn\n", await system.Http.GetStringAsync("/lb-status", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_requests_in_a_row_reach_all_four_gateways_five_times_each()
    {
        await system.IsQuietAsync();

        var answers = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            using var response = await system.Http.GetAsync("/api/users/", Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(response.Headers.GetValues("X-Gateway").Single(), response.Headers.GetValues("X-Upstream-Server").Single());
            answers.Add(response.Headers.GetValues("X-Upstream-Server").Single());
        }

        Assert.Equal(
            Enumerable.Range(1, 4).Select(i => ($"api-gateway-{i}", 5)),
            answers.CountBy(name => name).Select(count => (count.Key, count.Value)).Order());
    }

    [Fact]
    public async Task Users_boards_comments_and_messages_are_stored_and_read_through_the_load_balancer()
    {
        var user = await system.RegisterAsync();
        Assert.Equal(user, (await system.Http.GetFromJsonAsync<JsonElement>($"/api/users/{user}", Cancellation)).GetProperty("id").GetInt32());

        var created = await system.Http.PostAsJsonAsync($"/api/users/{user}/dashboards", new { title = "Plans" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var board = (await RunningSystem.ReadAsync(created)).GetProperty("id").ToString();

        var commented = await system.Http.PostAsJsonAsync(
            $"/api/comments/dashboards/{board}/users/{user}/comments", new { content = "Here?", coordinates = "10,20" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, commented.StatusCode);
        var comments = await system.Http.GetFromJsonAsync<JsonElement>($"/api/comments/dashboards/{board}", Cancellation);
        Assert.Equal("Here?", comments.EnumerateArray().Single().GetProperty("content").GetString());

        var canvas = await system.Http.PostAsJsonAsync("/api/canvas", new { id = $"board-{board}" }, Cancellation);
        Assert.True(canvas.IsSuccessStatusCode);
        Assert.Equal($"board-{board}", (await system.Http.GetFromJsonAsync<JsonElement>($"/api/canvas?id=board-{board}", Cancellation)).GetProperty("canvas_id").GetString());

        var message = await system.Http.PostAsync($"/api/chat/messages/{board}?user_id={user}&username=Owl&content=Hello%20all", content: null, Cancellation);
        Assert.True(message.IsSuccessStatusCode);
        var history = await system.Http.GetFromJsonAsync<JsonElement>($"/api/chat/messages/{board}", Cancellation);
        Assert.Contains("Hello all", history.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users", "user_service")]
    [InlineData("canvas", "canvas_service")]
    [InlineData("comments", "comments_service")]
    [InlineData("chat", "chat_service")]
    public async Task Each_services_health_is_visible_through_the_load_balancer(string route, string service)
    {
        var health = await system.Http.GetFromJsonAsync<JsonElement>($"/api/{route}/health", Cancellation);

        Assert.Equal("healthy", health.GetProperty("status").GetString());
        Assert.Equal(service, health.GetProperty("service").GetString());
    }

    [Fact]
    public async Task Two_people_chat_over_websockets_one_through_each_listener()
    {
        var room = $"room-{Guid.NewGuid():N}";
        using var desktop = await JoinAsync(system.Desktop, room, "Ada");
        using var mobile = await JoinAsync(system.Mobile, room, "Bea");
        await ReceiveAsync(desktop, "user_joined", "Bea");

        await desktop.SendAsync(Encoding.UTF8.GetBytes("""{"type":"chat_message","data":{"content":"to whom?"}}"""), WebSocketMessageType.Text, true, Cancellation);
        await ReceiveAsync(mobile, "chat_message", "to whom?");
        await mobile.SendAsync(Encoding.UTF8.GetBytes("""{"type":"chat_message","data":{"content":"to you"}}"""), WebSocketMessageType.Text, true, Cancellation);
        await ReceiveAsync(desktop, "chat_message", "to you");
    }

    [Fact]
    public async Task The_frontends_pass_the_api_on()
    {
        foreach (var frontend in new[] { system.DesktopFrontend, system.MobileFrontend })
        {
            using var response = await system.Http.GetAsync(new Uri(frontend, "/api/users/health"), Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.StartsWith("api-gateway-", response.Headers.GetValues("X-Upstream-Server").Single(), StringComparison.Ordinal);
        }
    }

    private static async Task<ClientWebSocket> JoinAsync(Uri listener, string room, string name)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{listener.Authority}/api/chat/ws/{room}?user_id={name}&username={name}"), Cancellation);
        return socket;
    }

    /// <summary>Reads until a message of the given type contains the text.</summary>
    private static async Task ReceiveAsync(ClientWebSocket socket, string type, string text)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(Eventually.DefaultDeadline);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, deadline.Token);
            var message = Encoding.UTF8.GetString(buffer, 0, received.Count);
            if (message.Contains($"\"{type}\"", StringComparison.Ordinal) && message.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
