namespace Aspire.Hosting.ApplicationModel;

internal interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
