using OwlBoard.Frontend;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Frontend;

[Trait("Category", "Unit")]
public sealed class StartupTests
{
    [Theory]
    [InlineData]
    [InlineData("tablet")]
    [InlineData("--urls=http://127.0.0.1:0", "desktop")]
    public async Task Frontend_without_a_known_variant_exits_with_1_and_one_line(params string[] args)
    {
        using var error = StandardError.Capture();
        var exitCode = await Task.Run(() => (int)typeof(FrontendVariant).Assembly.EntryPoint!.Invoke(null, [args])!);

        Assert.Equal(1, exitCode);
        Assert.Contains("it must be desktop or mobile", error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Text);
    }

    [Theory]
    [InlineData("load-balancer:8000")]
    [InlineData("ftp://load-balancer")]
    [InlineData("http://load-balancer/api")]
    public async Task Bad_load_balancer_ends_the_frontend_with_1_and_one_line(string value)
    {
        using var error = StandardError.Capture();
        string[] args = ["mobile", $"--Frontend:LoadBalancer={value}", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"];
        var exitCode = await Task.Run(() => (int)typeof(FrontendVariant).Assembly.EntryPoint!.Invoke(null, [args])!);

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"Frontend:LoadBalancer is '{value}'; it must be", error.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Text);
    }

    [Theory]
    [InlineData("desktop", "http://localhost:8000")]
    [InlineData("mobile", "http://localhost:9000")]
    public void Variant_knows_where_the_load_balancer_is_by_default(string variant, string expected) =>
        Assert.Equal(expected, FrontendVariant.Find(variant)!.LoadBalancer);
}
