using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with holes for values that are known only once the application runs.</summary>
internal sealed class ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders) : IValueProvider
{
    /// <summary>A composite format string: <c>http://localhost:{0}</c>.</summary>
    public string Format { get; } = format;

    public IReadOnlyList<IValueProvider> ValueProviders { get; } = valueProviders;

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = await ValueProviders[i].GetValueAsync(cancellationToken);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }
}
