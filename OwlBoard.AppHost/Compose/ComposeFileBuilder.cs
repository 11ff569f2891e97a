using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace Aspire.Hosting.Docker;

/// <summary>Builds the docker-compose file of an application model.</summary>
internal sealed class ComposeFileBuilder(
    DockerComposeEnvironmentResource environment, DistributedApplicationExecutionContext executionContext)
{
    private readonly Dictionary<string, DockerComposeServiceResource> _services = new(StringComparer.OrdinalIgnoreCase);

    public async Task<ComposeFile> BuildAsync(DistributedApplicationModel model, CancellationToken cancellationToken)
    {
        var network = new Network { Name = environment.DefaultNetworkName ?? "aspire", Driver = "bridge" };
        var file = new ComposeFile().AddNetwork(network);

        // Assign all ports first: services may refer to each other's ports.
        var ports = new PortAllocator();
        foreach (var resource in model.GetComputeResources())
        {
            var service = new DockerComposeServiceResource(resource, environment);
            service.ResolveEndpoints(ports);
            _services[resource.Name] = service;
        }

        foreach (var resource in _services.Values)
        {
            var service = await BuildServiceAsync(resource, cancellationToken);
            foreach (var volume in service.Volumes)
            {
                file.Volumes.TryAdd(volume.Name, new Volume { Name = volume.Name, Driver = "local" });
            }

            service.Networks = [network.Name];
            foreach (var customization in resource.Target.Annotations.OfType<DockerComposeServiceCustomizationAnnotation>())
            {
                customization.Configure(resource, service);
            }

            file.AddService(service);
        }

        environment.ConfigureComposeFile?.Invoke(file);
        return file;
    }

    private async Task<Service> BuildServiceAsync(DockerComposeServiceResource resource, CancellationToken cancellationToken)
    {
        var service = new Service
        {
            Name = resource.Name.ToLowerInvariant(),
            Image = resource.Target.TryGetContainerImageName(out var image) ? image : resource.ImagePlaceholder,
        };
        await AddEnvironmentAsync(service, resource, cancellationToken);
        await AddCommandAsync(service, resource, cancellationToken);
        AddPorts(service, resource);
        foreach (var mount in resource.Target.Annotations.OfType<ContainerMountAnnotation>())
        {
            service.Volumes.Add(new Volume
            {
                Name = mount.Source!,
                Source = mount.Source,
                Target = mount.Target,
                Type = "volume",
                ReadOnly = mount.IsReadOnly,
            });
        }

        foreach (var wait in resource.Target.Annotations.OfType<WaitAnnotation>())
        {
            service.DependsOn[wait.Resource.Name.ToLowerInvariant()] = new ServiceDependency { Condition = "service_started" };
        }

        return service;
    }

    private async Task AddEnvironmentAsync(
        Service service, DockerComposeServiceResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource.Target, cancellationToken: cancellationToken);
        foreach (var annotation in resource.Target.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        foreach (var (name, value) in context.EnvironmentVariables)
        {
            // Like Aspire, which omits discovered HTTPS addresses because containers usually have no certificates.
            if (value is EndpointReference { Scheme: "https" } && name.StartsWith("services__", StringComparison.Ordinal))
            {
                continue;
            }

            service.Environment[name] = ToText(value, resource);
        }
    }

    private async Task AddCommandAsync(
        Service service, DockerComposeServiceResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource.Target, cancellationToken)
        {
            ExecutionContext = executionContext,
        };
        foreach (var annotation in resource.Target.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(context);
        }

        service.Command.AddRange(context.Args.Select(argument => ToText(argument, resource)));
    }

    private static void AddPorts(Service service, DockerComposeServiceResource resource)
    {
        foreach (var (endpoint, port, hostPort) in resource.Endpoints.Values)
        {
            var (list, entry) = (endpoint.IsExternal, hostPort) switch
            {
                (false, _) => (service.Expose, port),
                (true, null) => (service.Ports, port),
                (true, { } stated) => (service.Ports, string.Create(CultureInfo.InvariantCulture, $"{stated}:{port}")),
            };
            if (!list.Contains(entry))
            {
                list.Add(entry);
            }
        }
    }

    private string ToText(object value, DockerComposeServiceResource resource) => value switch
    {
        string text => text,
        ParameterResource parameter => resource.ToPlaceholder(parameter),
        EndpointReference endpoint => ToText(endpoint.Property(EndpointProperty.Url)),
        EndpointReferenceExpression expression => ToText(expression),
        ReferenceExpression { IsConditional: false } expression => string.Format(
            CultureInfo.InvariantCulture, expression.Format, [.. expression.ValueProviders.Select(part => ToText(part, resource))]),
        _ => throw new NotSupportedException(
            $"Resource '{resource.Name}' has a {value.GetType().Name}, which only the package Aspire.Hosting.Docker can publish."),
    };

    private string ToText(EndpointReferenceExpression expression)
    {
        var host = expression.Endpoint.Resource.Name;
        var (endpoint, port, _) = _services[host].Endpoints[expression.Endpoint.EndpointName];
        return expression.Property switch
        {
            EndpointProperty.Url => $"{endpoint.UriScheme}://{host}:{port}",
            EndpointProperty.Host or EndpointProperty.IPV4Host => host,
            EndpointProperty.HostAndPort => $"{host}:{port}",
            EndpointProperty.Scheme => endpoint.UriScheme,
            _ => port,
        };
    }
}
