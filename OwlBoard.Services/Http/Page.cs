using System.Globalization;
using System.Reflection;

namespace OwlBoard.Services.Http;

/// <summary>The requested part of a list: <c>?limit=…&amp;skip=…</c>.</summary>
internal sealed class Page : IBindableFromHttpContext<Page>
{
    /// <summary>The maximum number of items in a response.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The number of items; <see langword="null"/> if not specified.</summary>
    public int? Limit { get; private init; }

    public int Skip { get; private init; }

    public static ValueTask<Page?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Page?>(new()
        {
            Limit = Read(context, "limit", 1, MaxLimit),
            Skip = Read(context, "skip", 0, int.MaxValue) ?? 0,
        });

    private static int? Read(HttpContext context, string name, int minimum, int maximum)
    {
        if (!context.Request.Query.TryGetValue(name, out var text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum
                ? value
                : throw ApiException.Unprocessable($"{name} must be a whole number between {minimum} and {maximum}");
    }
}
