namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds arguments when the resource is started or published.</summary>
internal sealed class CommandLineArgsCallbackAnnotation(Action<CommandLineArgsCallbackContext> callback) : IResourceAnnotation
{
    public Action<CommandLineArgsCallbackContext> Callback { get; } = callback;
}
