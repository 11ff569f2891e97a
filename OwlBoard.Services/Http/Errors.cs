using Microsoft.AspNetCore.Http.HttpResults;

namespace OwlBoard.Services.Http;

/// <summary>Creates the error responses of the endpoints.</summary>
internal static class Errors
{
    public static BadRequest<ErrorBody> BadRequest(string detail) => TypedResults.BadRequest(new ErrorBody(detail));

    public static NotFound<ErrorBody> NotFound(string detail) => TypedResults.NotFound(new ErrorBody(detail));

    public static Conflict<ErrorBody> Conflict(string detail) => TypedResults.Conflict(new ErrorBody(detail));

    public static UnprocessableEntity<ErrorBody> Unprocessable(string detail) =>
        TypedResults.UnprocessableEntity(new ErrorBody(detail));
}
