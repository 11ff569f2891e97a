namespace Aspire.Hosting.ApplicationModel;

internal interface IResourceCollection : IList<IResource>;
