using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

internal static class LoadBalancerExtensions
{
    private const string ManagementEndpoint = "management";

    /// <summary>
    /// Adds the gateways as destinations of the load balancer. In the dashboard each is a child of the load balancer, with
    /// commands to drain and to activate it.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithGateways(
        this IResourceBuilder<ProjectResource> loadBalancer, IEnumerable<IResourceBuilder<ProjectResource>> gateways)
    {
        var token = loadBalancer.WithManagementToken();
        foreach (var (index, gateway) in gateways.Index())
        {
            loadBalancer.WithGatewayAddress(index, gateway).WithReference(gateway);
            gateway
                .WithParentRelationship(loadBalancer)
                .WithManagementCommand("drain", "Drain", "ArrowDownload", loadBalancer, token)
                .WithManagementCommand("activate", "Activate", "ArrowUpload", loadBalancer, token);
        }

        return loadBalancer;
    }

    /// <summary>Adds the replicas of one swarm service as destinations, which are resolved at run time.</summary>
    public static IResourceBuilder<ProjectResource> WithGatewayService(
        this IResourceBuilder<ProjectResource> loadBalancer, IResourceBuilder<ProjectResource> gateway) =>
        loadBalancer.WithGatewayAddress(0, gateway)
            // tasks.NAME resolves to every replica; the plain name to one virtual address, for which the swarm balances.
            .WithEnvironment(
                $"services__{gateway.Resource.Name}__http__0",
                $"http://tasks.{gateway.Resource.Name}:{gateway.GetEndpoint("http").Property(EndpointProperty.Port)}");

    /// <summary>
    /// Makes the program trust <c>X-Forwarded-*</c> from configured proxies only. Aspire sets
    /// <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED</c>, which trusts all peers: a client could choose its own address and evade
    /// the rate limit.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithoutForwardedHeaders(this IResourceBuilder<ProjectResource> program) =>
        program.WithEnvironment("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "false");

    /// <summary>Makes the published load balancer trust the <c>X-Forwarded-*</c> headers of proxies in a range.</summary>
    public static IResourceBuilder<ProjectResource> PublishWithTrustedProxies(
        this IResourceBuilder<ProjectResource> loadBalancer, string addresses) =>
        loadBalancer.PublishAsDockerComposeService(
            (_, service) => service.AddEnvironmentalVariable("LoadBalancer__TrustedProxies__0", addresses));

    private static IResourceBuilder<ProjectResource> WithGatewayAddress(
        this IResourceBuilder<ProjectResource> loadBalancer, int index, IResourceBuilder<ProjectResource> gateway) =>
        loadBalancer
            .WithEnvironment(
                string.Create(CultureInfo.InvariantCulture, $"LoadBalancer__Gateways__{index}"), $"http://{gateway.Resource.Name}")
            .WaitFor(gateway);

    /// <summary>Generates the token of a local run. In a deployment the operator configures one, or none.</summary>
    private static ParameterResource WithManagementToken(this IResourceBuilder<ProjectResource> loadBalancer)
    {
        var builder = loadBalancer.ApplicationBuilder;
        var token = ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, "management-token", special: false);
        if (builder.ExecutionContext.IsRunMode)
        {
            loadBalancer.WithEnvironment("LoadBalancer__ManagementToken", builder.CreateResourceBuilder(token));
        }

        return token;
    }

    private static IResourceBuilder<ProjectResource> WithManagementCommand(
        this IResourceBuilder<ProjectResource> gateway, string command, string displayName, string icon,
        IResourceBuilder<ProjectResource> loadBalancer, ParameterResource token) =>
        gateway.WithHttpCommand(
            $"/gateways/{gateway.Resource.Name}/{command}", displayName, () => loadBalancer.GetEndpoint(ManagementEndpoint), command,
            new HttpCommandOptions
            {
                IconName = icon,
                PrepareRequest = async context => context.Request.Headers.Authorization =
                    new("Bearer", await token.GetValueAsync(context.CancellationToken)),
            });
}
