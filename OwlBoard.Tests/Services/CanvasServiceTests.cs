using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public abstract class CanvasServiceTests(RunningService service)
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly string _id = $"board-{Guid.NewGuid():N}";

    [Fact]
    public async Task Health_names_the_service() =>
        Assert.Equal("""{"status":"healthy","service":"canvas_service"}""", (await service.GetAsync("/health")).Text);

    [Fact]
    public async Task Canvas_is_empty_when_created()
    {
        var created = await service.PostAsync("/canvas", $$"""{"id":"{{_id}}","title":"ignored"}""");
        var read = await service.GetAsync($"/canvas?id={_id}");

        created.AssertStatus(HttpStatusCode.Created);
        Assert.Equal(created.Text, read.Text);
        Assert.Equal(
            $$"""{"canvas_id":"{{_id}}","version":1,"checksum":"{{Sha256("[]")}}","shapes":[]}""", read.Text);
    }

    [Fact]
    public async Task Canvas_takes_the_number_of_its_dashboard_as_id()
    {
        (await service.PostAsync("/canvas", """{"id":4711}""")).AssertStatus(HttpStatusCode.Created);

        (await service.GetAsync("/canvas?id=4711")).AssertStatus(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Canvas_is_refused_when_it_exists()
    {
        await CreateAsync();

        (await service.PostAsync("/canvas", $$"""{"id":"{{_id}}"}""")).AssertError(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Canvas_is_created_once_when_many_try()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => service.PostAsync("/canvas", $$"""{"id":"{{_id}}"}""")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Save_keeps_the_shapes_as_the_client_wrote_them()
    {
        await CreateAsync();
        const string Shapes = """[{"type":"stroke","points":[[0.10,1e2],[3,4]],"Own-Field":{"a":[true,null]}}]""";

        var saved = await service.PostAsync("/canvas/save", Save(Shapes, 1));
        var read = await service.GetAsync($"/canvas?id={_id}");

        Assert.Equal($$"""{"canvas_id":"{{_id}}","version":2,"checksum":"{{Sha256(Shapes)}}"}""", saved.Text);
        Assert.Equal(
            $$"""{"canvas_id":"{{_id}}","version":2,"checksum":"{{Sha256(Shapes)}}","shapes":{{Shapes}}}""", read.Text);
    }

    [Fact]
    public async Task Save_is_refused_with_the_current_version_when_the_base_is_stale()
    {
        await CreateAsync();
        (await service.PostAsync("/canvas/save", Save("""[{"by":"first"}]""", 1))).AssertStatus(HttpStatusCode.OK);

        var stale = await service.PostAsync("/canvas/save", Save("""[{"by":"second"}]""", 1));

        stale.AssertError(HttpStatusCode.Conflict);
        Assert.Equal(2, stale["version"].GetInt64());
        Assert.Contains("first", (await service.GetAsync($"/canvas?id={_id}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_is_refused_when_the_base_is_from_the_future()
    {
        await CreateAsync();

        (await service.PostAsync("/canvas/save", Save("""[{"a":1}]""", 9))).AssertError(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Save_is_acknowledged_again_when_it_is_repeated()
    {
        await CreateAsync();
        var first = await service.PostAsync("/canvas/save", Save("""[{"a":1}]""", 1));

        var repeated = await service.PostAsync("/canvas/save", Save("""[{"a":1}]""", 1));

        Assert.Equal(first, repeated);
    }

    [Fact]
    public async Task Save_without_a_base_replaces_whatever_is_there()
    {
        await CreateAsync();
        await service.PostAsync("/canvas/save", Save("""[{"a":1}]""", 1));

        var saved = await service.PostAsync("/canvas/save", Save("""[{"a":2}]""", null));

        Assert.Equal(3, saved.AssertStatus(HttpStatusCode.OK)["version"].GetInt64());
    }

    [Fact]
    public async Task No_stroke_is_lost_when_many_save_at_once()
    {
        await CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(AddShapeAsync));

        var canvas = await service.GetAsync($"/canvas?id={_id}");
        var shapes = canvas["shapes"].EnumerateArray().Select(shape => shape.GetProperty("by").GetInt32());
        Assert.Equal(Enumerable.Range(0, 8), shapes.Order());
        Assert.Equal(9, canvas["version"].GetInt64());

        async Task AddShapeAsync(int author)
        {
            HttpStatusCode status;
            do
            {
                var current = await service.GetAsync($"/canvas?id={_id}");
                var shapes = current["shapes"].EnumerateArray().Select(shape => shape.GetRawText()).Append($$"""{"by":{{author}}}""");
                var saved = await service.PostAsync("/canvas/save", Save($"[{string.Join(',', shapes)}]", current["version"].GetInt64()));
                status = saved.Status;
                Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Conflict, saved.Text);
            }
            while (status == HttpStatusCode.Conflict);
        }
    }

    [Fact]
    public async Task Every_writer_is_served_when_many_write_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64)
            .Select(number => service.PostAsync("/canvas", $$"""{"id":"{{_id}}-{{number}}"}""")));

        Assert.All(answers, answer => answer.AssertStatus(HttpStatusCode.Created));
    }

    [Fact]
    public async Task Checksum_is_that_of_the_canvas()
    {
        await CreateAsync();
        var saved = await service.PostAsync("/canvas/save", Save("""[{"a":1}]""", 1));

        Assert.Equal(saved.Text, (await service.GetAsync($"/canvas/checksum?id={_id}")).Text);
    }

    [Fact]
    public async Task Delete_removes_the_canvas()
    {
        await CreateAsync();

        (await service.DeleteAsync($"/canvas?id={_id}")).AssertStatus(HttpStatusCode.NoContent);

        (await service.GetAsync($"/canvas?id={_id}")).AssertError(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("GET", "/canvas?id=unknown", null)]
    [InlineData("GET", "/canvas/checksum?id=unknown", null)]
    [InlineData("GET", "/canvas/svg?id=unknown", null)]
    [InlineData("DELETE", "/canvas?id=unknown", null)]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"unknown","shapes":[]}""")]
    public async Task Unknown_canvas_is_not_found(string method, string path, string? body) =>
        (await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, body)).AssertError(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("GET", "/canvas", null, "id")]
    [InlineData("GET", "/canvas?id=", null, "id")]
    [InlineData("DELETE", "/canvas", null, "id")]
    [InlineData("POST", "/canvas", "{}", "id")]
    [InlineData("POST", "/canvas", """{"id":""}""", "id")]
    [InlineData("POST", "/canvas", """{"id":{}}""", "id")]
    [InlineData("POST", "/canvas", """{"id":1.5}""", "id")]
    [InlineData("POST", "/canvas/save", """{"shapes":[]}""", "canvas_id")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a"}""", "shapes")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a","shapes":{}}""", "shapes")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a","shapes":[{},7]}""", "shapes[1]")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a","shapes":[{"t":"\ud800"}]}""", "shapes")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a","shapes":[{"\ud800":1}]}""", "shapes")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"\ud800","shapes":[]}""", "canvas_id")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a","shapes":[],"base_version":"1"}""", "base_version")]
    [InlineData("POST", "/canvas/save", """{"canvas_id":"a","shapes":[],"base_version":-1}""", "base_version")]
    public async Task Invalid_request_is_unprocessable_and_names_the_field(string method, string path, string? body, string field)
    {
        var answer = await ApiClient.SendAsync(service.Http, HttpMethod.Parse(method), path, body);

        Assert.StartsWith(field, answer.AssertError(HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Svg_draws_what_the_shapes_say()
    {
        var svg = await ExportAsync(
            """
            [{"type":"stroke","points":[[1,2],[3.5,4]],"color":"#ff0000","width":5},
             {"type":"pen","points":[{"x":7,"y":8}]},
             {"type":"rect","x":10,"y":20,"width":-5,"height":6,"fill":"rgb(1, 2, 3)"},
             {"type":"circle","cx":30,"cy":40,"r":4},
             {"type":"line","x1":0,"y1":0,"x2":9,"y2":9},
             {"type":"text","x":1,"y":1,"text":"Hello"},
             {"type":"unknown"}]
            """);

        var lines = svg.Root!.Elements(Svg + "polyline").ToList();
        Assert.Equal(["1,2 3.5,4", "7,8 7,8", "0,0 9,9"], lines.Select(line => line.Attribute("points")!.Value));
        Assert.Equal(("#ff0000", "5"), (lines[0].Attribute("stroke")!.Value, lines[0].Attribute("stroke-width")!.Value));
        var rectangle = Assert.Single(svg.Root.Elements(Svg + "rect"));
        Assert.Equal(("5", "5", "rgb(1, 2, 3)"),
            (rectangle.Attribute("x")!.Value, rectangle.Attribute("width")!.Value, rectangle.Attribute("fill")!.Value));
        Assert.Equal("4", Assert.Single(svg.Root.Elements(Svg + "ellipse")).Attribute("ry")!.Value);
        Assert.Equal("Hello", Assert.Single(svg.Root.Elements(Svg + "text")).Value);
        Assert.Equal("-10 -25 69 79", svg.Root.Attribute("viewBox")!.Value);
    }

    [Fact]
    public async Task Svg_lets_nothing_in_but_numbers_colours_and_escaped_text()
    {
        var svg = await ExportAsync(
            """
            [{"type":"text","x":0,"y":0,"text":"</text><script>alert(1)</script>\u0001&","color":"\"/><script>"},
             {"type":"rect","x":0,"y":0,"width":1,"height":1,"fill":"url(https://evil.example/x)","onload":"alert(1)"},
             {"type":"\"><script>","points":[["<script>",1],[1,2]],"color":"red;background:url(x)","width":"<script>"}]
            """);

        Assert.Equal(
            ["polyline", "rect", "text"], svg.Root!.Elements().Select(element => element.Name.LocalName).Order());
        Assert.Equal("</text><script>alert(1)</script>&", svg.Root.Element(Svg + "text")!.Value);
        Assert.All(svg.Descendants().Attributes(), attribute =>
        {
            Assert.DoesNotContain("script", attribute.Value, StringComparison.Ordinal);
            Assert.DoesNotContain("url", attribute.Value, StringComparison.Ordinal);
            Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Strokes_reach_everyone_else_on_the_canvas_and_nobody_on_another()
    {
        await using var artist = await service.ConnectAsync($"/canvas/ws/{_id}");
        await using var first = await service.ConnectAsync($"/canvas/ws/{_id}");
        await using var second = await service.ConnectAsync($"/canvas/ws/{_id}");
        await using var elsewhere = await service.ConnectAsync($"/canvas/ws/{_id}-other");

        await artist.SendAsync("""{"type":"stroke","data":{"points":[[1,2]]},"extra":1}""");
        await artist.SendAsync("""{"type":"cursor","data":{"x":1}}""");

        foreach (var listener in new[] { first, second })
        {
            Assert.Equal("""{"type":"stroke","data":{"points":[[1,2]]}}""", (await listener.ReceiveAsync()).GetRawText());
            Assert.Equal(1, (await listener.ReceiveAsync("cursor")).GetProperty("x").GetInt32());
        }

        // The first message that the artist receives is from another client: there is no echo.
        await first.SendAsync("""{"type":"clear","data":{}}""");
        await artist.ReceiveAsync("clear");
        await elsewhere.SendAsync("""{"type":"nonsense","data":{}}""");
        await elsewhere.ReceiveErrorAsync();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"type":"stroke"}""")]
    [InlineData("""{"type":"stroke","data":[]}""")]
    [InlineData("""{"type":5,"data":{}}""")]
    [InlineData("""{"type":"\ud800","data":{}}""")]
    [InlineData("""{"type":"stroke","data":{"\ud800":1}}""")]
    [InlineData("""{"type":"stroke","data":{"points":["\udc00"]}}""")]
    [InlineData("""{"type":"erase","data":{}}""")]
    public async Task Invalid_message_is_answered_with_an_error_and_the_connection_goes_on(string message)
    {
        await using var client = await service.ConnectAsync($"/canvas/ws/{_id}");
        await using var other = await service.ConnectAsync($"/canvas/ws/{_id}");

        await client.SendAsync(message);
        Assert.NotEmpty(await client.ReceiveErrorAsync());

        await client.SendAsync("""{"type":"stroke","data":{}}""");
        await other.ReceiveAsync("stroke");
    }

    [Fact]
    public async Task Socket_address_refuses_plain_requests() =>
        (await service.GetAsync($"/canvas/ws/{_id}")).AssertError(HttpStatusCode.BadRequest);

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private string Save(string shapes, long? baseVersion) => baseVersion is null
        ? $$"""{"canvas_id":"{{_id}}","shapes":{{shapes}}}"""
        : $$"""{"canvas_id":"{{_id}}","shapes":{{shapes}},"base_version":{{baseVersion}}}""";

    private async Task CreateAsync() =>
        (await service.PostAsync("/canvas", $$"""{"id":"{{_id}}"}""")).AssertStatus(HttpStatusCode.Created);

    private async Task<XDocument> ExportAsync(string shapes)
    {
        await CreateAsync();
        (await service.PostAsync("/canvas/save", Save(shapes, 1))).AssertStatus(HttpStatusCode.OK);
        var answer = await service.GetAsync($"/canvas/svg?id={_id}");
        Assert.Equal("image/svg+xml", answer.AssertStatus(HttpStatusCode.OK).MediaType);
        return XDocument.Parse(answer.Text);
    }
}
