using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Ports;
using OwlBoard.AppHost.Embedded.Running;
using OwlBoard.AppHost.Topology;

namespace OwlBoard.Tests.AppHost;

/// <summary>What a started process is told, which is what Aspire would tell it.</summary>
[Trait("Category", "Unit")]
public sealed class EnvironmentTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder([]);

    [Fact]
    public async Task Process_is_told_where_to_listen_when_it_has_several_endpoints()
    {
        var gateway = _builder.AddProject<Projects.OwlBoard_Gateway>("gateway")
            .WithHttpEndpoint(port: 18000, isProxied: false)
            .WithHttpEndpoint(port: 19000, name: "other", isProxied: false);

        Assert.Equal("http://localhost:18000;http://localhost:19000", (await ResolveAsync(gateway))["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task Process_is_told_a_port_by_its_own_variable_alone_when_the_endpoint_has_one()
    {
        var balancer = _builder.AddProject<Projects.OwlBoard_LoadBalancer>("balancer")
            .WithHttpEndpoint(port: 18000, name: "desktop", env: "DesktopPort", isProxied: false);

        var environment = await ResolveAsync(balancer);

        Assert.Equal("18000", environment["DesktopPort"]);
        Assert.DoesNotContain("ASPNETCORE_URLS", environment.Keys);
    }

    [Fact]
    public async Task Process_finds_another_by_its_name_when_it_references_it()
    {
        var users = _builder.AddProject<Projects.OwlBoard_Services>("user-service").WithHttpEndpoint();
        var gateway = _builder.AddProject<Projects.OwlBoard_Gateway>("gateway").WithReference(users);

        var environment = await ResolveAsync(gateway);

        var address = $"http://localhost:{PortOf(users, "http")}";
        Assert.Equal(address, environment["services__user-service__http__0"]);
        Assert.Equal(address, environment["USER_SERVICE_HTTP"]);
    }

    [Fact]
    public async Task Process_listens_and_is_found_over_https_when_its_endpoint_says_so()
    {
        var users = _builder.AddProject<Projects.OwlBoard_Services>("user-service").WithHttpsEndpoint(port: 18443, isProxied: false);
        var gateway = _builder.AddProject<Projects.OwlBoard_Gateway>("gateway").WithMutualTlsReference(users);

        Assert.Equal("https://localhost:18443", (await ResolveAsync(users))["ASPNETCORE_URLS"]);
        Assert.Equal("https://localhost:18443", (await ResolveAsync(gateway))["services__user-service__https__0"]);
    }

    [Fact]
    public async Task Process_is_given_its_own_certificate_in_a_local_run_and_a_mounted_one_when_published()
    {
        using var local = new ModelCertificates(_builder.ExecutionContext, "/certificates");
        var gateway = _builder.AddProject<Projects.OwlBoard_Gateway>("gateway").WithClientCertificate("gateway", local);
        var publishing = DistributedApplication.CreateBuilder(["--operation", "publish"]);
        using var mounted = new ModelCertificates(publishing.ExecutionContext, "/certificates");
        var users = publishing.AddProject<Projects.OwlBoard_Services>("user-service").WithServerCertificate(mounted);

        var environment = await ResolveAsync(gateway);
        Assert.Equal("/certificates/gateway/certificate.pem", environment["MutualTls__Certificate"]);
        Assert.Equal("/certificates/gateway/ca.pem", environment["MutualTls__Authority"]);
        var published = Collect(publishing, users);
        Assert.Equal("/run/owlboard/certs/user-service/certificate.pem", published["MutualTls__Certificate"]);
        Assert.Equal("/run/owlboard/certs/probe/certificate.pem", published["MutualTls__ProbeCertificate"]);
        Assert.Null(mounted.Issue());
        Assert.False(Directory.Exists("/certificates") || Directory.Exists(ModelCertificates.ContainerDirectory));
    }

    [Fact]
    public async Task Process_finds_a_named_endpoint_by_that_name_when_it_references_its_owner()
    {
        var balancer = _builder.AddProject<Projects.OwlBoard_LoadBalancer>("load-balancer")
            .WithHttpEndpoint(port: 19000, name: "mobile", isProxied: false)
            .WithHttpEndpoint(port: 19100, name: "management", isProxied: false)
            .WithEndpoint("management", endpoint => endpoint.ExcludeReferenceEndpoint = true);
        var frontend = _builder.AddProject<Projects.OwlBoard_Frontend>("frontend").WithReference(balancer);

        var environment = await ResolveAsync(frontend);

        Assert.Equal("http://localhost:19000", environment["services__load-balancer__mobile__0"]);
        Assert.Equal("http://localhost:19000", environment["LOAD_BALANCER_MOBILE"]);
        Assert.DoesNotContain(environment, variable => variable.Value.Contains("19100", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Process_is_known_to_telemetry_by_its_resource_when_it_runs()
    {
        var gateway = _builder.AddProject<Projects.OwlBoard_Gateway>("api-gateway-1").WithHttpEndpoint();

        var environment = await ResolveAsync(gateway);

        Assert.Equal("api-gateway-1", environment["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", environment["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.Equal("simple", environment["LOGGING__CONSOLE__FORMATTERNAME"]);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", environment.Keys);
    }

    [Fact]
    public async Task Variable_has_its_last_value_when_it_is_set_twice()
    {
        var gateway = _builder.AddProject<Projects.OwlBoard_Gateway>("gateway")
            .WithEnvironment("KEY", "first")
            .WithEnvironment("KEY", "second");

        Assert.Equal("second", (await ResolveAsync(gateway))["KEY"]);
    }

    [Fact]
    public async Task Process_gets_its_arguments_and_its_own_program_when_it_runs()
    {
        var chat = _builder.AddProject<Projects.OwlBoard_Services>("chat-service").WithArgs("chat", "--flag");

        PortAllocator.Allocate(_builder.Resources);
        var command = await ResourceCommand.ResolveAsync(
            chat.Resource, _builder.ExecutionContext, TestContext.Current.CancellationToken);

        Assert.Equal(["chat", "--flag"], command.Arguments);
        Assert.Equal("OwlBoard.Services.dll", Path.GetFileName(command.AssemblyPath));
        Assert.Equal("OwlBoard.Services", Path.GetFileName(command.WorkingDirectory));
    }

    [Fact]
    public void Published_project_believes_forwarded_headers_unless_told_otherwise()
    {
        var builder = DistributedApplication.CreateBuilder(["--operation", "publish"]);
        var gateway = builder.AddProject<Projects.OwlBoard_Gateway>("gateway").WithHttpEndpoint();
        var balancer = builder.AddProject<Projects.OwlBoard_LoadBalancer>("balancer").WithHttpEndpoint()
            .WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false");

        Assert.Equal("true", Collect(builder, gateway)["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.Equal("false", Collect(builder, balancer)["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.Contains("HTTP_PORTS", Collect(builder, gateway).Keys);
        Assert.DoesNotContain("ASPNETCORE_URLS", Collect(builder, gateway).Keys);
    }

    private static Dictionary<string, object> Collect(
        IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> project)
    {
        var context = new EnvironmentCallbackContext(builder.ExecutionContext, project.Resource);
        foreach (var annotation in project.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            annotation.Callback(context);
        }

        return context.EnvironmentVariables;
    }

    private static int PortOf(IResourceBuilder<ProjectResource> project, string endpoint) =>
        project.Resource.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == endpoint).AllocatedEndpoint!.Port;

    private async Task<IReadOnlyDictionary<string, string>> ResolveAsync(IResourceBuilder<ProjectResource> project)
    {
        PortAllocator.Allocate(_builder.Resources);
        var command = await ResourceCommand.ResolveAsync(
            project.Resource, _builder.ExecutionContext, TestContext.Current.CancellationToken);
        return command.Environment;
    }
}
