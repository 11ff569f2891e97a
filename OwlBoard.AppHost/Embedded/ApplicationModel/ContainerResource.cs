namespace Aspire.Hosting.ApplicationModel;

/// <summary>A container of an image that exists. It can be published; a local run starts processes only.</summary>
internal sealed class ContainerResource(string name) : Resource(name),
    IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IComputeResource;
