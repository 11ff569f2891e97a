namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that runs.</summary>
internal interface IComputeResource : IResource;
