namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known only once the application runs, such as an address.</summary>
internal interface IValueProvider
{
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}
