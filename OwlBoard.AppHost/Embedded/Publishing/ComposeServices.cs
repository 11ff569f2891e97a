using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>Turns resources into services: first all ports, since any service may name those of another.</summary>
internal sealed class ComposeServices(
    DockerComposeEnvironmentResource environment, DistributedApplicationExecutionContext execution)
{
    private readonly PublishedPorts _ports = new();

    public void Prepare(IComputeResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            _ports.Resolve(resource, endpoint, () => Placeholder.ForPort(resource, environment));
        }
    }

    public Service Build(IComputeResource resource, CancellationToken cancellationToken)
    {
        var service = new Service { Name = resource.Name.ToLowerInvariant(), Image = ImageOf(resource) };
        AddEnvironment(service, resource, cancellationToken);
        AddCommand(service, resource);
        AddPorts(service, resource);
        foreach (var mount in resource.Annotations.OfType<ContainerMountAnnotation>())
        {
            service.Volumes.Add(new Volume
            {
                Name = mount.Source,
                Source = mount.Source,
                Target = mount.Target,
                Type = "volume",
                ReadOnly = mount.IsReadOnly,
            });
        }

        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            service.DependsOn[wait.Resource.Name.ToLowerInvariant()] = new ServiceDependency { Condition = "service_started" };
        }

        return service;
    }

    private string ImageOf(IComputeResource resource) =>
        resource.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault() is { } image
            ? $"{image.Image}:{image.Tag}"
            : Placeholder.ForImage(resource, environment);

    private void AddEnvironment(Service service, IComputeResource resource, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            annotation.Callback(context);
        }

        foreach (var (name, value) in context.EnvironmentVariables)
        {
            // Aspire leaves these out, since nothing would have given the service a certificate.
            if (value is EndpointReference { EndpointAnnotation.UriScheme: "https" }
                && name.StartsWith("services__", StringComparison.Ordinal))
            {
                continue;
            }

            service.Environment[name] = ToText(value);
        }
    }

    private void AddCommand(Service service, IComputeResource resource)
    {
        var context = new CommandLineArgsCallbackContext([], resource);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            annotation.Callback(context);
        }

        service.Command.AddRange(context.Args.Select(ToText));
    }

    private void AddPorts(Service service, IComputeResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var target = _ports.TargetOf(resource.Name, endpoint);
            var (list, entry) = endpoint switch
            {
                { IsExternal: false } => (service.Expose, target),
                { Port: { } port } => (service.Ports, string.Create(CultureInfo.InvariantCulture, $"{port}:{target}")),
                _ => (service.Ports, target),
            };
            if (!list.Contains(entry))
            {
                list.Add(entry);
            }
        }
    }

    private string ToText(object value) => value switch
    {
        string text => text,
        ParameterResource parameter => Placeholder.For(parameter, environment),
        EndpointReference endpoint => ToText(endpoint.Property(EndpointProperty.Url)),
        EndpointReferenceExpression expression => ToText(expression),
        ReferenceExpression expression => string.Format(
            CultureInfo.InvariantCulture, expression.Format, [.. expression.ValueProviders.Select(ToText)]),
        _ => throw new DistributedApplicationException($"A {value.GetType().Name} cannot be published."),
    };

    private string ToText(EndpointReferenceExpression expression)
    {
        var endpoint = expression.Endpoint;
        var port = _ports.TargetOf(endpoint.Resource.Name, endpoint.EndpointAnnotation);
        return expression.Property switch
        {
            EndpointProperty.Url => $"{endpoint.EndpointAnnotation.UriScheme}://{endpoint.Resource.Name}:{port}",
            EndpointProperty.Host => endpoint.Resource.Name,
            EndpointProperty.Scheme => endpoint.EndpointAnnotation.UriScheme,
            _ => port,
        };
    }
}
