namespace Aspire.Hosting.ApplicationModel;

/// <summary>The arguments of one resource while they are being collected.</summary>
internal sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource)
{
    /// <summary>Values are strings or <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args { get; } = args;

    public IResource Resource { get; } = resource;
}
