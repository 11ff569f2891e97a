namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where published resources run.</summary>
internal interface IComputeEnvironmentResource : IResource;
