namespace OwlBoard.Services.Http;

/// <summary>The body of every error answer.</summary>
internal sealed record ErrorBody(string Detail);
