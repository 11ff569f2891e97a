namespace Aspire.Hosting.ApplicationModel;

/// <summary>Says more about a resource, fluently.</summary>
/// <typeparam name="T">The resource's type.</typeparam>
internal interface IResourceBuilder<out T>
    where T : IResource
{
    public IDistributedApplicationBuilder ApplicationBuilder { get; }

    public T Resource { get; }

    public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation)
        where TAnnotation : IResourceAnnotation;
}
