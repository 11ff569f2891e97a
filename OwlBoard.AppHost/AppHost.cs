using Aspire.Hosting;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using OwlBoard.AppHost;
using OwlBoard.AppHost.Topology;
using OwlBoard.ServiceDefaults;

var builder = DistributedApplication.CreateBuilder(args);

var settings = new TopologySettings(args, builder.Configuration);
var gatewayCount = settings.Number("gateways", 4, atLeast: 1, atMost: 64);
var desktopPort = settings.Port("desktop", 8000);
var mobilePort = settings.Port("mobile", 9000);
var managementPort = settings.Port("management", 9100);
var desktopFrontendPort = settings.Port("desktop-frontend", 3002);
var mobileFrontendPort = settings.Port("mobile-frontend", 3001);
var dataDirectory = settings.Directory("data-directory", Path.Combine(builder.AppHostDirectory, "..", ".data"));
using var certificates = new ModelCertificates(
    builder.ExecutionContext, settings.Directory("certificates-directory", Path.Combine(dataDirectory, "certs")));
if ((settings.Error ?? certificates.Issue()) is { } error)
{
    Console.Error.WriteLine(error);
    Environment.ExitCode = 1;
    return;
}

Console.WriteLine($"OwlBoard runs on: {Engine.Name}");

builder.AddDockerComposeEnvironment("owlboard")
    .WithDashboard(false)
    .ConfigureComposeFile(file => file
        .AddNetwork(new Network { Name = "owlboard-public-network", Driver = "bridge" })
        .AddNetwork(new Network { Name = "owlboard-private-network", Driver = "bridge", Internal = true }));

var users = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.UserService)
    .WithArgs("user")
    .WithHttpsEndpoint()
    .WithServerCertificate(certificates)
    .WithMutualTlsHealthCheck("/health", certificates)
    .WithStorage(dataDirectory);

var canvas = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.CanvasService)
    .WithArgs("canvas")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithStorage(dataDirectory);

var comments = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.CommentsService)
    .WithArgs("comments")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithStorage(dataDirectory);

var chat = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.ChatService)
    .WithArgs("chat")
    .WithHttpsEndpoint()
    .WithServerCertificate(certificates)
    .WithMutualTlsHealthCheck("/health", certificates)
    .WithStorage(dataDirectory);

// Named resources rather than WithReplicas, whose endpoints hide behind one address; and not proxied: an orchestrator's
// proxy keeps accepting connections for a gateway that is gone, and the load balancer has to see that it is gone.
var gateways = Enumerable.Range(1, gatewayCount).Select(replica =>
    builder.AddProject<Projects.OwlBoard_Gateway>(ResourceNames.Gateway(replica))
        .WithHttpEndpoint(isProxied: false)
        .WithHttpHealthCheck("/health")
        .WithEnvironment("Gateway__Name", ResourceNames.Gateway(replica))
        .WithClientCertificate(ResourceNames.GatewayIdentity, certificates)
        .WithMutualTlsReference(users).WaitFor(users)
        .WithReference(canvas).WaitFor(canvas)
        .WithReference(comments).WaitFor(comments)
        .WithMutualTlsReference(chat).WaitFor(chat)).ToArray();

// ASPNETCORE_FORWARDEDHEADERS_ENABLED believes X-Forwarded-For from anyone, and a client could choose its own address and
// walk around the rate limit: here only configured trusted proxies are believed.
var loadBalancer = builder.AddProject<Projects.OwlBoard_LoadBalancer>(ResourceNames.LoadBalancer)
    .WithHttpEndpoint(port: desktopPort, name: "desktop", env: "LoadBalancer__DesktopPort", isProxied: false)
    .WithHttpEndpoint(port: mobilePort, name: "mobile", env: "LoadBalancer__MobilePort", isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpEndpoint(port: managementPort, name: "management", env: "LoadBalancer__ManagementPort", isProxied: false)
    .WithEndpoint("management", endpoint => endpoint.ExcludeReferenceEndpoint = true)
    .WithHttpHealthCheck("/health", endpointName: "desktop")
    .WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false");

foreach (var (index, gateway) in gateways.Index())
{
    loadBalancer
        .WithEnvironment($"LoadBalancer__Gateways__{index}", $"http://{gateway.Resource.Name}")
        .WithReference(gateway).WaitFor(gateway);
}

builder.AddProject<Projects.OwlBoard_Frontend>(ResourceNames.DesktopFrontend)
    .WithArgs("desktop")
    .WithHttpEndpoint(port: desktopFrontendPort, isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Frontend__LoadBalancer", $"http://_desktop.{ResourceNames.LoadBalancer}")
    .WithReference(loadBalancer).WaitFor(loadBalancer);

builder.AddProject<Projects.OwlBoard_Frontend>(ResourceNames.MobileFrontend)
    .WithArgs("mobile")
    .WithHttpEndpoint(port: mobileFrontendPort, isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Frontend__LoadBalancer", $"http://_mobile.{ResourceNames.LoadBalancer}")
    .WithReference(loadBalancer).WaitFor(loadBalancer);

await builder.Build().RunAsync();
