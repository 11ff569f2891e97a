using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
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
// The embedded engine's; Aspire brings a dashboard of its own.
settings.Port("dashboard", 18888);
settings.OneOf("dashboard", "true", "false");
var target = settings.OneOf("target", "compose", "swarm");
var platform = settings.OneOf("platform", "owlboard", "existing");
settings.Refuse(
    builder.ExecutionContext.IsRunMode && (target != "compose" || platform != "owlboard"),
    "--target and --platform say what to publish; a local run has neither: add --operation publish --output-path DIR.");
var dataDirectory = settings.Directory("data-directory", Path.Combine(builder.AppHostDirectory, "..", ".data"));
// Published, a program's container is its own: every program can have the same port. Run, they share a host.
int? containerPort = builder.ExecutionContext.IsPublishMode ? 8080 : null;
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
    .WithProperties(environment => environment.DefaultNetworkName = NetworkNames.Private)
    .ConfigureComposeFile(file => _ = target == "swarm"
        ? file.AddNetworks().AsSwarmStack(gatewayCount).RequireValues()
        : file.AddNetworks().WaitForHealth().RequireValues());

// Named resources rather than WithReplicas, whose endpoints hide behind one address; and not proxied: an orchestrator's
// proxy keeps accepting connections for a gateway that is gone, and the load balancer has to see that it is gone.
// In a swarm the gateways are one service, whose replicas are counted while it runs.
string[] gatewayNames = target == "swarm"
    ? [ResourceNames.Gateways]
    : [.. Enumerable.Range(1, gatewayCount).Select(ResourceNames.Gateway)];
var gateways = gatewayNames.Select(name =>
    builder.AddProject<Projects.OwlBoard_Gateway>(name)
        .WithHttpEndpoint(targetPort: containerPort, isProxied: false)
        .WithHttpHealthCheck("/health")
        .WithEnvironment("Gateway__Name", target == "swarm" ? name + "-{{.Task.Slot}}" : name)
        .WithClientCertificate(ResourceNames.GatewayIdentity, certificates)
        .PublishAsProgram(user: ContainerExtensions.KeyReader, memory: "384M", NetworkNames.Private)).ToArray();

// ASPNETCORE_FORWARDEDHEADERS_ENABLED believes X-Forwarded-For from anyone, and a client could choose its own address and
// walk around the rate limit: here, and in the frontends, only configured trusted
// proxies are believed.
var loadBalancer = builder.AddProject<Projects.OwlBoard_LoadBalancer>(ResourceNames.LoadBalancer)
    .WithHttpEndpoint(port: desktopPort, name: "desktop", env: "LoadBalancer__DesktopPort", isProxied: false)
    .WithHttpEndpoint(port: mobilePort, name: "mobile", env: "LoadBalancer__MobilePort", isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpEndpoint(port: managementPort, name: "management", env: "LoadBalancer__ManagementPort", isProxied: false)
    .WithEndpoint("management", endpoint => endpoint.ExcludeReferenceEndpoint = true)
    .WithHttpHealthCheck("/health", endpointName: "desktop")
    .WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false")
    .PublishAsProgram(user: 10200, memory: "512M", NetworkNames.Private, NetworkNames.Public)
    .PublishAsDockerComposeService((_, service) =>
        service.AddEnvironmentalVariable(
            "LoadBalancer__TrustedProxies__0",
            target == "swarm" ? ComposeFileExtensions.PublicSubnet : ComposeFileExtensions.FrontendAddresses));

foreach (var (index, gateway) in gateways.Index())
{
    var name = gateway.Resource.Name;
    loadBalancer.WithEnvironment($"LoadBalancer__Gateways__{index}", $"http://{name}").WaitFor(gateway);
    _ = target == "swarm"
        // The addresses of all replicas; the plain name is one address, behind which the swarm itself balances.
        ? loadBalancer.WithEnvironment(
            $"services__{name}__http__0", $"http://tasks.{name}:{gateway.GetEndpoint("http").Property(EndpointProperty.Port)}")
        : loadBalancer.WithReference(gateway);
}

if (platform == "existing")
{
    builder.AddExistingPlatform(gateways, loadBalancer, desktopFrontendPort, mobileFrontendPort);
    await builder.Build().RunAsync();
    return;
}

var users = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.UserService)
    .WithArgs("user")
    .WithHttpsEndpoint(targetPort: containerPort)
    .WithServerCertificate(certificates)
    .WithMutualTlsHealthCheck("/health", certificates)
    .PublishAsProgram(user: ContainerExtensions.KeyReader, memory: "384M", NetworkNames.Private);

var canvas = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.CanvasService)
    .WithArgs("canvas")
    .WithHttpEndpoint(targetPort: containerPort)
    .WithHttpHealthCheck("/health")
    .PublishAsProgram(user: 10002, memory: "384M", NetworkNames.Private);

var comments = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.CommentsService)
    .WithArgs("comments")
    .WithHttpEndpoint(targetPort: containerPort)
    .WithHttpHealthCheck("/health")
    .PublishAsProgram(user: 10003, memory: "384M", NetworkNames.Private);

var chat = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.ChatService)
    .WithArgs("chat")
    .WithHttpsEndpoint(targetPort: containerPort)
    .WithServerCertificate(certificates)
    .WithMutualTlsHealthCheck("/health", certificates)
    .PublishAsProgram(user: ContainerExtensions.KeyReader, memory: "384M", NetworkNames.Private);

if (builder.ExecutionContext.IsRunMode)
{
    // A local run has no containers: the services keep SQLite files.
    users.WithEnvironment("Storage__Directory", dataDirectory);
    canvas.WithEnvironment("Storage__Directory", dataDirectory);
    comments.WithEnvironment("Storage__Directory", dataDirectory);
    chat.WithEnvironment("Storage__Directory", dataDirectory);
}
else
{
    var postgres = builder.AddContainer("postgres-db", "postgres", "17")
        .WithEndpoint(targetPort: 5432, name: "tcp")
        .WithEnvironment("POSTGRES_USER", "postgres")
        .WithEnvironment("POSTGRES_PASSWORD", builder.AddParameter("postgres-password", secret: true))
        .WithDatabases()
        .WithVolume("postgres-data", "/var/lib/postgresql/data")
        .PublishAsStore(memory: "512M", check: PostgresDatabases.Check, "/run/postgresql");

    var redisPassword = builder.AddParameter("redis-password", secret: true);
    var redis = builder.AddContainer("redis-db", "redis", "7")
        .WithEndpoint(targetPort: 6379, name: "tcp")
        .WithArgs("redis-server", "--requirepass", redisPassword.Resource, "--dir", "/data")
        .WithArgs("--appendonly", "yes", "--maxmemory", "128mb")
        .WithEnvironment("REDISCLI_AUTH", redisPassword)
        .WithVolume("redis-data", "/data")
        .PublishAsStore(memory: "192M", check: "redis-cli ping | grep -q PONG");

    users.WithDatabase(postgres, "users", builder.AddParameter("users-db-password", secret: true));
    canvas.WithDatabase(postgres, "canvas", builder.AddParameter("canvas-db-password", secret: true))
        .WithFanOut(redis, redisPassword);
    comments.WithDatabase(postgres, "comments", builder.AddParameter("comments-db-password", secret: true))
        .WithFanOut(redis, redisPassword);
    chat.WithDatabase(postgres, "chat", builder.AddParameter("chat-db-password", secret: true))
        .WithFanOut(redis, redisPassword);
}

foreach (var gateway in gateways)
{
    gateway
        .WithMutualTlsReference(users).WaitFor(users)
        .WithReference(canvas).WaitFor(canvas)
        .WithReference(comments).WaitFor(comments)
        .WithMutualTlsReference(chat).WaitFor(chat);
}

builder.AddProject<Projects.OwlBoard_Frontend>(ResourceNames.DesktopFrontend)
    .WithArgs("desktop")
    .WithHttpEndpoint(port: desktopFrontendPort, isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false")
    .WithEnvironment("Frontend__LoadBalancer", $"http://_desktop.{ResourceNames.LoadBalancer}")
    .WithReference(loadBalancer).WaitFor(loadBalancer)
    .PublishAsProgram(user: 10201, memory: "256M", NetworkNames.Public);

builder.AddProject<Projects.OwlBoard_Frontend>(ResourceNames.MobileFrontend)
    .WithArgs("mobile")
    .WithHttpEndpoint(port: mobileFrontendPort, isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false")
    .WithEnvironment("Frontend__LoadBalancer", $"http://_mobile.{ResourceNames.LoadBalancer}")
    .WithReference(loadBalancer).WaitFor(loadBalancer)
    .PublishAsProgram(user: 10202, memory: "256M", NetworkNames.Public);

await builder.Build().RunAsync();
