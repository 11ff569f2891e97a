using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace OwlBoard.Services.Http;

/// <summary>
/// A JSON request body, read and validated before the endpoint runs. Malformed JSON and wrong types, for which the
/// framework's binding responds 400, are 422 in this API, with a readable message.
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
            // A missing type is refused too: a page of any site can send such a request without a CORS preflight.
            throw new ApiException(
                StatusCodes.Status415UnsupportedMediaType, "The body must be JSON, with Content-Type: application/json");
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
        // The path is "$.email" for a value of the wrong type and "$" for the body itself. The parser's own errors have an
        // inner exception and a position instead.
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
