using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Embedded.Running;

/// <summary>What is started for a resource: the program, its arguments and its environment.</summary>
internal sealed record ResourceCommand(
    string AssemblyPath, string WorkingDirectory, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Evaluates the resource's annotations, in the order in which they were added.</summary>
    public static async Task<ResourceCommand> ResolveAsync(
        ProjectResource resource, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var environment = new EnvironmentCallbackContext(execution, resource, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            annotation.Callback(environment);
        }

        var arguments = new CommandLineArgsCallbackContext([], resource);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            annotation.Callback(arguments);
        }

        var variables = new Dictionary<string, string>();
        foreach (var (name, value) in environment.EnvironmentVariables)
        {
            variables[name] = await ToTextAsync(value, cancellationToken);
        }

        var texts = new List<string>();
        foreach (var value in arguments.Args)
        {
            texts.Add(await ToTextAsync(value, cancellationToken));
        }

        var project = resource.Annotations.OfType<IProjectMetadata>().Last();
        return new(ProgramOf(resource).AssemblyPath, Path.GetDirectoryName(project.ProjectPath)!, texts, variables);
    }

    /// <exception cref="DistributedApplicationException">The program is not there.</exception>
    public static void Validate(ProjectResource resource)
    {
        var program = ProgramOf(resource).AssemblyPath;
        if (!File.Exists(program))
        {
            throw new DistributedApplicationException(
                $"The program of {resource.Name} is missing: {program}. Build the AppHost's project, which builds all of them.");
        }
    }

    private static IBuiltProgram ProgramOf(ProjectResource resource) =>
        resource.Annotations.OfType<IBuiltProgram>().LastOrDefault() ?? throw new DistributedApplicationException(
            $"{resource.Name} has no program: add a ProjectReference to its project to the AppHost's project.");

    private static async ValueTask<string> ToTextAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken) ?? string.Empty,
        _ => value.ToString() ?? string.Empty,
    };
}
