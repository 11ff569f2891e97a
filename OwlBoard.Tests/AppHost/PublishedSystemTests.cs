using System.Text.RegularExpressions;

namespace OwlBoard.Tests.AppHost;

/// <summary>Checks requirements that hold for every published file, on the expected files.</summary>
[Trait("Category", "Unit")]
public sealed partial class PublishedSystemTests
{
    private static readonly string[] Entrances = ["8000", "9000", "3001", "3002"];

    public static TheoryData<string> Files => [.. PublishTests.Variants.Select(variant => variant.Data.Item1)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Nothing_but_the_entrances_is_published(string name) =>
        Assert.Equal(Entrances.Order(), PublishedPort().Matches(ComposeText.Read(name).Text).Select(port => port.Groups[1].Value).Order());

    [Theory]
    [MemberData(nameof(Files))]
    public void Only_the_load_balancer_and_the_frontends_are_on_the_public_network(string name) =>
        Assert.Equal(
            ["desktop-frontend", "load-balancer", "mobile-frontend"],
            ComposeText.Read(name).Services
                .Where(service => service.Value.Contains("- \"owlboard-public-network\"", StringComparison.Ordinal))
                .Select(service => service.Key).Order());

    [Theory]
    [MemberData(nameof(Files))]
    public void No_secret_has_a_default(string name)
    {
        var text = ComposeText.Read(name).Text;

        Assert.Contains("PASSWORD:?", text, StringComparison.Ordinal);
        Assert.DoesNotContain("PASSWORD}", text, StringComparison.Ordinal);
        Assert.DoesNotContain("PASSWORD:-", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compose")]
    [InlineData("compose-8")]
    [InlineData("swarm")]
    public void Every_container_is_locked_down_and_has_a_health_check(string name) =>
        Assert.All(ComposeText.Read(name).Services, service => Assert.All(
            new[]
            {
                "    user: \"", "    read_only: true", "    cap_drop:\n      - \"ALL\"", "    healthcheck:", "          memory: \"",
                "      nproc:", "        max-size: \"", "    stop_grace_period: \"",
            },
            line => Assert.Contains(line, service.Value, StringComparison.Ordinal)));

    [Fact]
    public void Existing_platform_is_the_sixteen_containers_that_it_was() =>
        Assert.Equal(
            [
                "api-gateway-1", "api-gateway-2", "api-gateway-3", "api-gateway-4", "canvas-service", "chat-service",
                "comments-service", "desktop-frontend", "load-balancer", "mobile-frontend", "mongo-db", "mysql-db",
                "postgres-db", "rabbitmq", "redis-db", "user-service",
            ],
            ComposeText.Read("existing").Services.Keys.Order());

    [Theory]
    [InlineData("compose", "api-gateway-8", false)]
    [InlineData("compose-8", "api-gateway-8", true)]
    public void Gateways_are_as_many_as_were_asked_for(string name, string gateway, bool expected)
    {
        var file = ComposeText.Read(name);

        Assert.Equal(expected, file.Services.ContainsKey(gateway));
        Assert.Equal(expected, file.Services["load-balancer"].Contains($"\"http://{gateway}\"", StringComparison.Ordinal));
    }

    [GeneratedRegex("""^      - "(\d+):\d+"$""", RegexOptions.Multiline)]
    private static partial Regex PublishedPort();
}
