using OwlBoard.AppHost.Topology;
using OwlBoard.ServiceDefaults;

var builder = DistributedApplication.CreateBuilder(args);

var options = new TopologyOptions(args, builder);
using var certificates = new ModelCertificates(builder.ExecutionContext, options.CertificatesDirectory);
if ((options.Error ?? certificates.Issue()) is { } error)
{
    Console.Error.WriteLine(error);
    return 1;
}

builder.AddDockerComposeEnvironment("owlboard")
    .WithDashboard(false)
    .WithProperties(environment => environment.DefaultNetworkName = NetworkNames.Private)
    .ConfigureComposeFile(file => file.AddNetworks())
    .ConfigureComposeFile(file => _ = options.IsSwarm ? file.AsSwarmStack(options.Gateways) : file.WaitForHealth())
    .ConfigureComposeFile(file => file.RequireValues());

// Named resources rather than WithReplicas, whose endpoints share one address. Not proxied: the orchestrator's proxy accepts
// connections for a stopped gateway, which the load balancer must detect.
var gateways = options.GatewayNames.Select(name => builder.AddProject<Projects.OwlBoard_Gateway>(name)
    .WithHttpEndpoint(targetPort: options.ContainerPort, isProxied: false)
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Gateway__Name", options.IsSwarm ? name + "-{{.Task.Slot}}" : name)
    .WithClientCertificate(ResourceNames.GatewayIdentity, certificates)
    .WithIconName("Router").WithRestart().WithFastStop()
    .PublishAsProgram(UserIds.KeyReader, MemoryLimits.Gateway, NetworkNames.Private)).ToArray();

var loadBalancer = builder.AddProject<Projects.OwlBoard_LoadBalancer>(ResourceNames.LoadBalancer)
    .WithHttpEndpoint(port: options.DesktopPort, name: "desktop", env: "LoadBalancer__DesktopPort", isProxied: false)
    .WithHttpEndpoint(port: options.MobilePort, name: "mobile", env: "LoadBalancer__MobilePort", isProxied: false)
    .WithExternalHttpEndpoints()
    .WithHttpEndpoint(port: options.ManagementPort, name: "management", env: "LoadBalancer__ManagementPort", isProxied: false)
    .WithEndpoint("management", endpoint => endpoint.ExcludeReferenceEndpoint = true)
    .WithHttpHealthCheck("/health", endpointName: "desktop")
    .WithoutForwardedHeaders()
    .WithIconName("BranchFork").WithRestart().WithFastStop()
    .WithLink("desktop", "API (desktop)", order: 4).WithLink("mobile", "API (mobile)", order: 1)
    .WithLink("management", "Status page", order: 3).WithLink("management", "Metrics", order: 2, path: "/metrics")
    .PublishAsProgram(UserIds.LoadBalancer, MemoryLimits.LoadBalancer, NetworkNames.Private, NetworkNames.Public)
    .PublishWithTrustedProxies(options.IsSwarm ? ComposeFileExtensions.PublicSubnet : ComposeFileExtensions.FrontendAddresses);
_ = options.IsSwarm ? loadBalancer.WithGatewayService(gateways[0]) : loadBalancer.WithGateways(gateways);

if (options.IsExistingPlatform)
{
    builder.AddExistingPlatform(gateways, loadBalancer, options);
    return await builder.RunAsync();
}

var users = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.UserService)
    .WithArgs("user")
    .WithHttpsEndpoint(targetPort: options.ContainerPort)
    .WithServerCertificate(certificates).WithMutualTlsHealthCheck("/health", certificates)
    .WithIconName("People").WithRestart().WithFastStop()
    .RunWithSqlite(options.DataDirectory)
    .PublishAsProgram(UserIds.KeyReader, MemoryLimits.Service, NetworkNames.Private);

var canvas = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.CanvasService)
    .WithArgs("canvas")
    .WithHttpEndpoint(targetPort: options.ContainerPort)
    .WithHttpHealthCheck("/health")
    .WithIconName("DrawImage").WithRestart().WithFastStop()
    .RunWithSqlite(options.DataDirectory)
    .PublishAsProgram(UserIds.CanvasService, MemoryLimits.Service, NetworkNames.Private);

var comments = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.CommentsService)
    .WithArgs("comments")
    .WithHttpEndpoint(targetPort: options.ContainerPort)
    .WithHttpHealthCheck("/health")
    .WithIconName("Comment").WithRestart().WithFastStop()
    .RunWithSqlite(options.DataDirectory)
    .PublishAsProgram(UserIds.CommentsService, MemoryLimits.Service, NetworkNames.Private);

var chat = builder.AddProject<Projects.OwlBoard_Services>(ResourceNames.ChatService)
    .WithArgs("chat")
    .WithHttpsEndpoint(targetPort: options.ContainerPort)
    .WithServerCertificate(certificates).WithMutualTlsHealthCheck("/health", certificates)
    .WithIconName("Chat").WithRestart().WithFastStop()
    .RunWithSqlite(options.DataDirectory)
    .PublishAsProgram(UserIds.KeyReader, MemoryLimits.Service, NetworkNames.Private);

if (builder.ExecutionContext.IsPublishMode)
{
    var postgres = builder.AddPostgresStore("postgres-db");
    var redis = builder.AddRedisStore("redis-db");
    users.WithDatabase(postgres, "users");
    canvas.WithDatabase(postgres, "canvas").WithFanOut(redis);
    comments.WithDatabase(postgres, "comments").WithFanOut(redis);
    chat.WithDatabase(postgres, "chat").WithFanOut(redis);
}

foreach (var gateway in gateways)
{
    gateway.WithMutualTlsReference(users).WithReference(canvas).WithReference(comments).WithMutualTlsReference(chat)
        .WaitFor(users).WaitFor(canvas).WaitFor(comments).WaitFor(chat);
}

builder.AddFrontend(ResourceNames.DesktopFrontend, "desktop", options.DesktopFrontendPort, loadBalancer)
    .WithIconName("Desktop").WithRestart().WithFastStop()
    .PublishAsProgram(UserIds.DesktopFrontend, MemoryLimits.Frontend, NetworkNames.Public);

builder.AddFrontend(ResourceNames.MobileFrontend, "mobile", options.MobileFrontendPort, loadBalancer)
    .WithIconName("Phone").WithRestart().WithFastStop()
    .PublishAsProgram(UserIds.MobileFrontend, MemoryLimits.Frontend, NetworkNames.Public);

return await builder.RunAsync();
