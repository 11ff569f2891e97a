using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A project that can be run; the build generates one class for each project that is referenced.</summary>
internal interface IProjectMetadata : IResourceAnnotation
{
    public string ProjectPath { get; }
}
