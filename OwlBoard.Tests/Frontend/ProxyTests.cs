using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using OwlBoard.Frontend;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;
using OwlBoard.Tests.Forwarding.WebSockets;
using OwlBoard.Tests.Gateway;
using OwlBoard.Tests.LoadBalancer;

namespace OwlBoard.Tests.Frontend;

[Trait("Category", "Integration")]
public sealed class ProxyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("desktop")]
    [InlineData("mobile")]
    public async Task Api_goes_to_the_variants_endpoint_of_the_load_balancer_as_it_is(string variant)
    {
        await using var right = await FakeService.StartAsync();
        await using var wrong = await FakeService.StartAsync();
        right.Answer = context =>
        {
            context.Response.Headers["X-Gateway"] = "api-gateway-2";
            context.Response.Headers.XFrameOptions = "SAMEORIGIN";
            return context.Request.Body.CopyToAsync(context.Response.Body);
        };
        var other = variant == "desktop" ? "mobile" : "desktop";
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Find(variant)!,
            $"Frontend:LoadBalancer=http://_{variant}.load-balancer",
            $"services:load-balancer:{variant}:0={right.Address}",
            $"services:load-balancer:{other}:0={wrong.Address}");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/users/7?x=1") { Content = new StringContent("hoot") };
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Port", "443");
        request.Headers.Host = "board.example";
        using var response = await frontend.Client.SendAsync(request, Token);

        Assert.Equal("hoot", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("api-gateway-2", response.Headers.GetValues("X-Gateway").Single());
        Assert.Equal("SAMEORIGIN", response.Headers.GetValues("X-Frame-Options").Single());
        var received = right.Requests.Single();
        Assert.Equal("/api/users/7?x=1", received.PathAndQuery);
        Assert.Equal("203.0.113.9,127.0.0.1", received.Headers["X-Forwarded-For"].Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("board.example", received.Headers["Host"]);
        Assert.Equal($"{frontend.Client.BaseAddress!.Port}", received.Headers["X-Forwarded-Port"]);
        Assert.Empty(wrong.Requests);
    }

    [Fact]
    public async Task Fields_reach_the_load_balancer_by_the_same_rules_as_there()
    {
        await using var loadBalancer = RawUpstream.Answering("HTTP/1.1 200 OK\r\nX-Back: caf\u00E9\r\nContent-Length: 2\r\n\r\nok");
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop, $"Frontend:LoadBalancer={loadBalancer.Address}");

        var passed = await RawClient.AskAsync(
            frontend.Client.BaseAddress!,
            "GET /api/x HTTP/1.1\r\nHost: a\r\nCookie: a=\u00E9\r\nX_Real_IP: 1\r\nForwarded: for=x\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\r\n");
        var received = Assert.Single(loadBalancer.Requests);

        Assert.Equal((200, "caf\u00E9"), (passed.Status, passed.Header("X-Back")));
        Assert.Equal("a=\u00E9", received.Field("Cookie"));
        Assert.All(["X_Real_IP", "Forwarded", "X-Hop"], name => Assert.Null(received.Field(name)));
        foreach (var line in (string[])["X\u0001A: 1", "X-A: b\u0001c", "Content-Length: +0"])
        {
            Assert.Equal(400, (await RawClient.AskAsync(frontend.Client.BaseAddress!, $"GET /api/x HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n")).Status);
        }

        Assert.Single(loadBalancer.Requests);
    }

    [Fact]
    public async Task WebSocket_goes_to_the_load_balancer_and_is_told_when_the_frontend_goes_away()
    {
        await using var loadBalancer = await FakeService.StartAsync();
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Mobile, $"Frontend:LoadBalancer={loadBalancer.Address}");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(frontend.WebSocketUri("/api/chat/ws/b1?user_id=1&username=Owl"), Token);
        await socket.SendAsync("hoot"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        Assert.Equal("hoot"u8.ToArray(), (await Frames.ReceiveAsync(socket)).Payload);

        frontend.Drain.BeginClose();

        Assert.Equal(WebSocketMessageType.Close, (await Frames.ReceiveAsync(socket)).Type);
        Assert.Equal((WebSocketCloseStatus)1001, socket.CloseStatus);
        Assert.Equal("/api/chat/ws/b1?user_id=1&username=Owl", loadBalancer.Requests.Single().PathAndQuery);
    }

    [Fact]
    public async Task Load_balancer_that_is_down_is_502_with_a_problem_body_and_the_page_still_loads()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop, $"Frontend:LoadBalancer={address}");

        using var response = await frontend.Client.GetAsync("/api/users/1", Token);
        using var page = await frontend.Client.GetAsync("/", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Contains("load balancer", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(new Uri(address).Authority, problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Load_balancer_whose_name_is_unknown_is_502_and_does_not_keep_the_frontend_from_starting()
    {
        await using var frontend = await TestFrontend.StartAsync(FrontendVariant.Desktop, "Frontend:LoadBalancer=http://load-balancer.invalid");

        using var response = await frontend.Client.GetAsync("/api/users/1", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }
}
