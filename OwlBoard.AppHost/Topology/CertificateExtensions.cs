using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.AppHost.Topology;

/// <summary>Gives programs their identities for mutual TLS.</summary>
internal static class CertificateExtensions
{
    /// <summary>Lets a service prove its name, and know the certificate by which its own health is asked for.</summary>
    public static IResourceBuilder<ProjectResource> WithServerCertificate(
        this IResourceBuilder<ProjectResource> service, ModelCertificates certificates)
    {
        service
            .WithClientCertificate(service.Resource.Name, certificates)
            .WithEnvironment("MutualTls__ProbeCertificate", certificates.Folder.Certificate(ResourceNames.ProbeIdentity))
            .MountCertificate(ResourceNames.ProbeIdentity);
        return service.ApplicationBuilder.ExecutionContext.IsPublishMode
            // The images of ASP.NET Core set it to the very port that is HTTPS here.
            ? service.WithEnvironment("ASPNETCORE_HTTP_PORTS", "")
            : service;
    }

    /// <summary>Lets a program prove to be <paramref name="identity"/> to the services that it calls.</summary>
    public static IResourceBuilder<ProjectResource> WithClientCertificate(
        this IResourceBuilder<ProjectResource> program, string identity, ModelCertificates certificates) =>
        program
            .WithEnvironment("MutualTls__Certificate", certificates.Folder.Certificate(identity))
            .WithEnvironment("MutualTls__Authority", certificates.Folder.Authority(identity))
            .MountCertificate(identity);

    /// <summary>Mounts an identity's folder where the published program looks for it.</summary>
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
    /// As <c>WithReference</c>, for a service with an <c>https</c> endpoint. The compose publisher takes such addresses out
    /// again, since containers have no certificates as a rule; these have.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithMutualTlsReference(
        this IResourceBuilder<ProjectResource> program, IResourceBuilder<ProjectResource> service) =>
        program.WithReference(service).WithEnvironment(context =>
            context.EnvironmentVariables[$"services__{service.Resource.Name}__https__0"] =
                service.GetEndpoint("https").Property(EndpointProperty.Url));

    /// <summary>
    /// In place of <c>WithHttpHealthCheck</c>, which has no certificate to present: asks over mutual TLS, as the probe.
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
