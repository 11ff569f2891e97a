#pragma warning disable ASPIREPIPELINES001 // Pipeline steps are experimental in Aspire 13.6.
#pragma warning disable ASPIREPIPELINES004 // The service that provides the output path is experimental too.

using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Docker;

/// <summary>The docker-compose file to which the application is published.</summary>
internal sealed class DockerComposeEnvironmentResource : Resource, IComputeEnvironmentResource
{
    public DockerComposeEnvironmentResource(string name) : base(name)
    {
        var publish = new PipelineStep
        {
            Name = $"publish-{name}",
            Description = $"Writes the docker-compose file of {name}.",
            Action = PublishAsync,
            RequiredBySteps = [WellKnownPipelineSteps.Publish],
        };
        var deploy = new PipelineStep
        {
            Name = $"deploy-{name}",
            Description = $"Refuses to deploy {name} without the package Aspire.Hosting.Docker.",
            Action = _ => throw new NotSupportedException(
                "aspire deploy needs the package Aspire.Hosting.Docker, which the package feed did not have when this was built. "
                + "Publish, build the images and run docker compose as DEPLOY.md describes."),
            RequiredBySteps = [WellKnownPipelineSteps.Deploy],
        };
        Annotations.Add(new PipelineStepAnnotation(_ => (IEnumerable<PipelineStep>)[publish, deploy]));
    }

    public string? DefaultNetworkName { get; set; }

    public bool DashboardEnabled { get; set; } = true;

    public Action<ComposeFile>? ConfigureComposeFile { get; set; }

    /// <summary>Gets the variables in the file, each with its comment in <c>.env</c>.</summary>
    public Dictionary<string, string> CapturedEnvironmentVariables { get; } = [];

    /// <summary>Adds a variable to <c>.env</c>.</summary>
    /// <returns>The reference to it: <c>${NAME}</c>.</returns>
    public string AddEnvironmentVariable(string name, string description)
    {
        CapturedEnvironmentVariables[name] = description;
        return $"${{{name}}}";
    }

    private async Task PublishAsync(PipelineStepContext context)
    {
        if (DashboardEnabled)
        {
            throw new NotSupportedException("A dashboard can be published only with the package Aspire.Hosting.Docker; call WithDashboard(false).");
        }

        var directory = context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory();
        var file = await new ComposeFileBuilder(this, context.ExecutionContext).BuildAsync(context.Model, context.CancellationToken);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "docker-compose.yaml");
        await File.WriteAllTextAsync(path, ComposeYaml.Serialize(file), context.CancellationToken);
        var variables = EnvFile.Load(Path.Combine(directory, ".env"));
        variables.AddMissing(CapturedEnvironmentVariables);
        variables.Save();
        await context.ReportingStep.CompleteAsync($"Docker Compose file written to {path}.", cancellationToken: context.CancellationToken);
    }
}
