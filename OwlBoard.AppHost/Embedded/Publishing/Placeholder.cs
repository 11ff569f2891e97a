using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;

namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>What is left for <c>.env</c> to say: <c>${API_GATEWAY_1_IMAGE}</c>.</summary>
internal static class Placeholder
{
    public static string For(ParameterResource parameter, DockerComposeEnvironmentResource environment) =>
        environment.AddEnvironmentVariable(Encode(parameter.Name), $"Parameter {parameter.Name}");

    public static string ForImage(IResource resource, DockerComposeEnvironmentResource environment) =>
        environment.AddEnvironmentVariable($"{Encode(resource.Name)}_IMAGE", $"Container image name for {resource.Name}");

    public static string ForPort(IResource resource, DockerComposeEnvironmentResource environment) =>
        environment.AddEnvironmentVariable($"{Encode(resource.Name)}_PORT", $"Default container port for {resource.Name}");

    private static string Encode(string name) => name.ToUpperInvariant().Replace('-', '_');
}
