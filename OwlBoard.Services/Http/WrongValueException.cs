using System.Text.Json;

namespace OwlBoard.Services.Http;

/// <summary>The exception of a JSON converter for an invalid value. Its message follows the field's name: "must be …".</summary>
internal sealed class WrongValueException(string expectation) : JsonException(expectation);
