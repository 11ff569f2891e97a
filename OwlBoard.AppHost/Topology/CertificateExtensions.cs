using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.AppHost.Topology;

/// <summary>Configures the certificates of programs for mutual TLS.</summary>
internal static class CertificateExtensions
{
    /// <summary>Adds a service's server certificate, and the certificate of the probe that checks its health.</summary>
    public static IResourceBuilder<ProjectResource> WithServerCertificate(
        this IResourceBuilder<ProjectResource> service, ModelCertificates certificates)
    {
        service
            .WithClientCertificate(service.Resource.Name, certificates)
            .WithEnvironment("MutualTls__ProbeCertificate", certificates.Folder.Certificate(ResourceNames.ProbeIdentity))
            .MountCertificate(ResourceNames.ProbeIdentity);
        return service.ApplicationBuilder.ExecutionContext.IsPublishMode
            // The images of ASP.NET Core set this variable to the port that is HTTPS here.
            ? service.WithEnvironment("ASPNETCORE_HTTP_PORTS", "")
            : service;
    }

    /// <summary>Adds a program's client certificate for <paramref name="identity"/>.</summary>
    public static IResourceBuilder<ProjectResource> WithClientCertificate(
        this IResourceBuilder<ProjectResource> program, string identity, ModelCertificates certificates) =>
        program
            .WithEnvironment("MutualTls__Certificate", certificates.Folder.Certificate(identity))
            .WithEnvironment("MutualTls__Authority", certificates.Folder.Authority(identity))
            .MountCertificate(identity);

    /// <summary>Mounts an identity's folder at its path in the container.</summary>
    private static IResourceBuilder<ProjectResource> MountCertificate(
        this IResourceBuilder<ProjectResource> program, string identity) =>
        program.PublishAsDockerComposeService((_, service) => service.Volumes.Add(new Volume
        {
            Name = $"certificates-{identity}",
            Type = "bind",
            Source = $"{ComposeFileExtensions.CertificatesDirectory}/{identity}",
            Target = $"{ModelCertificates.ContainerDirectory}/{identity}",
            ReadOnly = true,
        }));

    /// <summary>
    /// Adds a reference like <c>WithReference</c>, to a service with an <c>https</c> endpoint. The compose publisher omits such
    /// addresses, since containers usually have no certificates; these containers do.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithMutualTlsReference(
        this IResourceBuilder<ProjectResource> program, IResourceBuilder<ProjectResource> service) =>
        program.WithReference(service).WithEnvironment(context =>
            context.EnvironmentVariables[$"services__{service.Resource.Name}__https__0"] =
                service.GetEndpoint("https").Property(EndpointProperty.Url));

    /// <summary>
    /// Adds a health check over mutual TLS with the probe's certificate. <c>WithHttpHealthCheck</c> cannot present one.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithMutualTlsHealthCheck(
        this IResourceBuilder<ProjectResource> service, string path, ModelCertificates certificates)
    {
        var key = $"{service.Resource.Name}_{path.Trim('/')}";
        var check = new MutualTlsHealthCheck(service.GetEndpoint("https"), service.Resource.Name, path, certificates.Folder);
        service.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, check, HealthStatus.Unhealthy, tags: null, timeout: MutualTlsHealthCheck.Timeout));
        return service.WithHealthCheck(key);
    }
}
