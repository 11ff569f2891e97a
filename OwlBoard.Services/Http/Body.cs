using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace OwlBoard.Services.Http;

/// <summary>
/// A JSON request body, read and validated before the endpoint runs. What the framework's own binding answers with 400
/// (malformed JSON, wrong types) is 422 in this API, with words for the person who reads them.
/// </summary>
internal sealed class Body<T>(T value) : IBindableFromHttpContext<Body<T>>
    where T : notnull
{
    public T Value => value;

    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        if (!request.HasJsonContentType())
        {
            // Without the type too: a page of any site can have a browser send such a request, and needs no permission for it.
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, "The body must be JSON: send Content-Type: application/json");
        }

        T? value;
        try
        {
            value = await JsonSerializer.DeserializeAsync<T>(request.Body, ApiConventions.Json, context.RequestAborted);
        }
        catch (JsonException malformed)
        {
            throw ApiException.Unprocessable(Explain(malformed));
        }

        if (value is null)
        {
            throw ApiException.Unprocessable("The body must not be null");
        }

        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(value, new ValidationContext(value), errors, validateAllProperties: true))
        {
            throw ApiException.Unprocessable(string.Join("; ", errors.Select(error => error.ErrorMessage)));
        }

        return new(value);
    }

    private static string Explain(JsonException malformed)
    {
        // "$.email" when a value has the wrong type; "$" when it is the body itself; the parser's own errors have an
        // inner exception, and a position instead of a field.
        var path = malformed.Path;
        if (malformed is WrongValueException && path is not null)
        {
            return $"{Field(path)} {malformed.Message}";
        }

        if (malformed.InnerException is JsonException || path is null)
        {
            return $"The body is not valid JSON (line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1})";
        }

        return path == "$" ? "The body has the wrong type" : $"{Field(path)} has the wrong type";
    }

    private static string Field(string path) =>
        path == "$" ? "The body" : path[(path.StartsWith("$.", StringComparison.Ordinal) ? 2 : 1)..];
}
