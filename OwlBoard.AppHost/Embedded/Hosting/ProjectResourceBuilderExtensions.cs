using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

internal static class ProjectResourceBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddResource(new ProjectResource(name))
            .WithAnnotation(new TProject())
            .WithProjectDefaults();

    /// <summary>What every project gets, in the order in which Aspire adds it: the published files list it so.</summary>
    private static IResourceBuilder<ProjectResource> WithProjectDefaults(this IResourceBuilder<ProjectResource> builder)
    {
        var project = builder.Resource;
        builder.WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
        return builder.ApplicationBuilder.ExecutionContext.IsRunMode
            ? builder
                .WithEnvironment("OTEL_SERVICE_NAME", project.Name)
                // One process a resource, so the name tells instances apart, and still does after a restart.
                .WithEnvironment("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={project.Name}")
                .WithEnvironment("LOGGING__CONSOLE__FORMATTERNAME", "simple")
                .WithEnvironment(context => SetUrls(context, project))
            : builder
                .WithEnvironment(context => SetForwardedHeaders(context, project))
                .WithEnvironment(context => SetPorts(context, project));
    }

    private static void SetForwardedHeaders(EnvironmentCallbackContext context, ProjectResource project)
    {
        if (project.Annotations.OfType<EndpointAnnotation>().Any())
        {
            context.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        }
    }

    private static void SetUrls(EnvironmentCallbackContext context, ProjectResource project)
    {
        var endpoints = HttpEndpoints(project).ToArray();
        if (endpoints.Length > 0)
        {
            var format = endpoints.Select((endpoint, i) => $"{endpoint.UriScheme}://{endpoint.TargetHost}:{{{i}}}");
            context.EnvironmentVariables["ASPNETCORE_URLS"] = new ReferenceExpression(
                string.Join(';', format), TargetPorts(project, endpoints));
        }
    }

    private static void SetPorts(EnvironmentCallbackContext context, ProjectResource project)
    {
        foreach (var scheme in HttpEndpoints(project).GroupBy(endpoint => endpoint.UriScheme))
        {
            var endpoints = scheme.ToArray();
            context.EnvironmentVariables[$"{scheme.Key.ToUpperInvariant()}_PORTS"] = new ReferenceExpression(
                string.Join(';', endpoints.Select((_, i) => $"{{{i}}}")), TargetPorts(project, endpoints));
        }
    }

    private static EndpointReferenceExpression[] TargetPorts(ProjectResource project, EndpointAnnotation[] endpoints) =>
        [.. endpoints.Select(endpoint => new EndpointReference(project, endpoint).Property(EndpointProperty.TargetPort))];

    /// <summary>The endpoints that ASP.NET Core is told of; not those whose port has a variable of its own.</summary>
    private static IEnumerable<EndpointAnnotation> HttpEndpoints(ProjectResource project) =>
        project.Annotations.OfType<EndpointAnnotation>()
            .Where(endpoint => endpoint.UriScheme is "http" or "https" && endpoint.TargetPortEnvironmentVariable is null);
}
