using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Unit")]
public sealed class ModelNameTests
{
    [Theory]
    [InlineData("api-gateway-1")]
    [InlineData("a")]
    [InlineData("Users2")]
    public void Name_is_accepted_when_it_is_a_host_name_that_begins_with_a_letter(string name) =>
        ModelName.Validate("resource", name);

    [Theory]
    [InlineData("")]
    [InlineData("api_gateway")]
    [InlineData("1-gateway")]
    [InlineData("api--gateway")]
    [InlineData("gateway-")]
    [InlineData("größe")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public void Name_is_refused_in_one_line_when_it_could_not_be_a_host_name(string name)
    {
        var builder = DistributedApplication.CreateBuilder([]);

        var failure = Assert.Throws<DistributedApplicationException>(
            () => builder.AddProject<Projects.OwlBoard_Gateway>(name));

        Assert.Contains($"'{name}'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void Name_is_refused_when_another_resource_has_it()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        builder.AddProject<Projects.OwlBoard_Gateway>("gateway");

        Assert.Throws<DistributedApplicationException>(() => builder.AddProject<Projects.OwlBoard_Gateway>("Gateway"));
    }
}
