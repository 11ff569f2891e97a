using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.AppHost;

[Trait("Category", "Integration")]
public sealed class PortTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder([]);

    [Fact]
    public void Endpoints_get_ports_of_their_own_when_they_state_none()
    {
        for (var i = 0; i < 64; i++)
        {
            _builder.AddProject<Projects.OwlBoard_Gateway>($"gateway-{i}").WithHttpEndpoint(isProxied: i % 2 == 0);
        }

        PortAllocator.Allocate(_builder.Resources);

        Assert.Equal(64, Ports().Distinct().Count());
    }

    [Fact]
    public void Endpoint_gets_its_port_when_it_states_one()
    {
        _builder.AddProject<Projects.OwlBoard_LoadBalancer>("proxied").WithHttpEndpoint(port: 18000);
        _builder.AddProject<Projects.OwlBoard_LoadBalancer>("unproxied").WithHttpEndpoint(port: 19000, isProxied: false);

        PortAllocator.Allocate(_builder.Resources);

        Assert.Equal([18000, 19000], Ports());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public void Port_is_refused_with_its_holder_and_the_way_out_when_it_is_taken(string address)
    {
        using var holder = new TcpListener(IPAddress.Parse(address), 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        _builder.Configuration["ports:desktop"] = port.ToString(CultureInfo.InvariantCulture);
        _builder.AddProject<Projects.OwlBoard_LoadBalancer>("load-balancer")
            .WithHttpEndpoint(port: port, name: "desktop", isProxied: false);

        var failure = Assert.Throws<DistributedApplicationException>(
            () => PortCheck.Run(_builder.Resources, _builder.Configuration));

        Assert.Contains($"Port {port}, which load-balancer (desktop) wants", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--ports:desktop PORT", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        if (OperatingSystem.IsLinux())
        {
            Assert.Contains($"(pid {Environment.ProcessId})", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Port_is_accepted_when_nobody_listens_on_it()
    {
        _builder.AddProject<Projects.OwlBoard_LoadBalancer>("load-balancer").WithHttpEndpoint(port: FreePort.Next());

        PortCheck.Run(_builder.Resources, _builder.Configuration);
    }

    private IEnumerable<int> Ports() => _builder.Resources
        .SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>())
        .Select(endpoint => endpoint.AllocatedEndpoint!.Port);
}
