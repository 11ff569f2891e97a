namespace OwlBoard.Services.Http;

/// <summary>The body of every error response.</summary>
internal sealed record ErrorBody(string Detail);
