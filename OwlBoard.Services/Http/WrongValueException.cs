using System.Text.Json;

namespace OwlBoard.Services.Http;

/// <summary>A converter's own words on a value that it cannot take, to be put after the field's name: "must be …".</summary>
internal sealed class WrongValueException(string expectation) : JsonException(expectation);
