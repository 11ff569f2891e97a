using Aspire.Hosting;
using OwlBoard.AppHost.Embedded.Running;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Unit")]
public sealed class StopOrderTests
{
    [Fact]
    public void Resources_stop_before_those_that_they_wait_for()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var users = builder.AddProject<Projects.OwlBoard_Services>("users");
        var chat = builder.AddProject<Projects.OwlBoard_Services>("chat");
        var gateway = builder.AddProject<Projects.OwlBoard_Gateway>("gateway").WaitFor(users).WaitFor(chat);
        var balancer = builder.AddProject<Projects.OwlBoard_LoadBalancer>("balancer").WaitFor(gateway);
        builder.AddProject<Projects.OwlBoard_Frontend>("frontend").WaitFor(balancer).WaitFor(users);

        Assert.Equal([["frontend"], ["balancer"], ["gateway"], ["users", "chat"]], StopOrder.Of(builder.Resources));
    }

    [Fact]
    public void Resources_can_be_stopped_when_they_wait_for_each_other()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        var one = builder.AddProject<Projects.OwlBoard_Services>("one");
        var other = builder.AddProject<Projects.OwlBoard_Services>("other").WaitFor(one);
        one.WaitFor(other);

        Assert.Equal(["one", "other"], StopOrder.Of(builder.Resources).SelectMany(group => group).Order());
    }
}
