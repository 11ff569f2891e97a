using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

internal sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;
