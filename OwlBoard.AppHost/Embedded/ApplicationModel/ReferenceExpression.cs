using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with holes for values that are known only once the application runs.</summary>
internal sealed class ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders) : IValueProvider
{
    /// <summary>A composite format string: <c>http://localhost:{0}</c>.</summary>
    public string Format { get; } = format;

    public IReadOnlyList<IValueProvider> ValueProviders { get; } = valueProviders;

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.GetExpression();

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = await ValueProviders[i].GetValueAsync(cancellationToken);
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>Makes an expression of <c>$"…"</c>: the compiler calls it for each part.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _format = new(literalLength + (3 * formattedCount));
        private readonly List<IValueProvider> _providers = new(formattedCount);

        public void AppendLiteral(string value) =>
            _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

        public void AppendFormatted(string? value) => AppendLiteral(value ?? string.Empty);

        public void AppendFormatted(IValueProvider value)
        {
            _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
            _providers.Add(value);
        }

        public void AppendFormatted<T>(IResourceBuilder<T> value)
            where T : IResource, IValueProvider => AppendFormatted(value.Resource);

        internal ReferenceExpression GetExpression() => new(_format.ToString(), _providers);
    }
}
