using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.AppHost.Embedded.Health;

namespace Aspire.Hosting;

internal static class ResourceBuilderExtensions
{
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? string.Empty);

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentCallbackAnnotation(callback));

    /// <summary>The compiler prefers it for <c>$"…"</c>, as it does with Aspire: what goes into the text is the same in both.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, in ReferenceExpression.ExpressionInterpolatedStringHandler value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(name, value.GetExpression());

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, ReferenceExpression value)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = value);

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = endpointReference);

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);

    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs => builder.WithArgs([.. args.Cast<object>()]);

    /// <summary>Adds arguments: strings, and values that are known later.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params object[] args)
        where T : IResourceWithArgs =>
        builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(context =>
        {
            foreach (var arg in args)
            {
                context.Args.Add(arg);
            }
        }));

    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool? isProxied = null)
        where T : IResourceWithEndpoints => builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    public static IResourceBuilder<T> WithHttpsEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? name = null,
        string? env = null,
        bool? isProxied = null)
        where T : IResourceWithEndpoints => builder.WithEndpoint(port, targetPort, "https", name, env, isProxied);

    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? scheme = null,
        string? name = null,
        string? env = null,
        bool? isProxied = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(
            ProtocolType.Tcp, scheme, name: name, port: port, targetPort: targetPort, isProxied: isProxied);
        if (Find(builder.Resource, endpoint.Name) is not null)
        {
            throw new DistributedApplicationException(
                $"'{builder.Resource.Name}' has two endpoints named '{endpoint.Name}': give one another name.");
        }

        if (env is not null)
        {
            endpoint.TargetPortEnvironmentVariable = env;
            var listensOn = new EndpointReference(builder.Resource, endpoint).Property(EndpointProperty.TargetPort);
            builder.WithAnnotation(new EnvironmentCallbackAnnotation(
                context => context.EnvironmentVariables[env] = listensOn));
        }

        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an endpoint that was added before.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback)
        where T : IResourceWithEndpoints
    {
        callback(Find(builder.Resource, endpointName) ?? throw new DistributedApplicationException(
            $"'{builder.Resource.Name}' has no endpoint named '{endpointName}'."));
        return builder;
    }

    /// <summary>An endpoint that was added before, as a value.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints =>
        new(builder.Resource, Find(builder.Resource, name) ?? throw new DistributedApplicationException(
            $"'{builder.Resource.Name}' has no endpoint named '{name}'."));

    /// <summary>Makes the HTTP endpoints added so far reachable from outside; those added later are not.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            endpoint.IsExternal |= endpoint.UriScheme is "http" or "https";
        }

        return builder;
    }

    /// <summary>Tells the resource where another one is, in the form that service discovery reads.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(context =>
        {
            var service = source.Resource;
            foreach (var endpoint in service.Annotations.OfType<EndpointAnnotation>())
            {
                if (endpoint.ExcludeReferenceEndpoint)
                {
                    continue;
                }

                var address = new EndpointReference(service, endpoint);
                var variable = $"{Encode(service.Name)}_{Encode(endpoint.Name)}".ToUpperInvariant();
                context.EnvironmentVariables[variable] = address;

                // An endpoint with a name of its own is asked for as http://_name.service.
                var key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
                var index = 0;
                while (!context.EnvironmentVariables.TryAdd($"services__{service.Name}__{key}__{index}", address))
                {
                    index++;
                }
            }
        });

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = (endpointName is null
            ? Find(builder.Resource, "http") ?? Find(builder.Resource, "https")
            : Find(builder.Resource, endpointName)) ?? throw new DistributedApplicationException(
                $"The health check of '{builder.Resource.Name}' needs an endpoint named {endpointName ?? "http or https"}: call WithHttpEndpoint first.");
        return builder.WithAnnotation(new HttpHealthCheckAnnotation(
            new EndpointReference(builder.Resource, endpoint), path ?? "/", statusCode ?? 200));
    }

    /// <summary>Judges the resource by a check that is registered with the application's services.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource =>
        builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>Starts the resource only when another one runs and is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport =>
        builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitUntilHealthy));

    private static EndpointAnnotation? Find(IResourceWithEndpoints resource, string name) =>
        resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(endpoint => string.Equals(endpoint.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Environment variables have no hyphens.</summary>
    private static string Encode(string name) => name.Replace('-', '_');
}
