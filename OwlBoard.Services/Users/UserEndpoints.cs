using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;

namespace OwlBoard.Services.Users;

/// <summary>The endpoints of user accounts.</summary>
internal static class UserEndpoints
{
    public static void Map(IEndpointRouteBuilder users)
    {
        users.MapGet("/", ListAsync);
        users.MapGet("/{id}", GetAsync);
        users.MapPut("/{id}", UpdateAsync);
        users.MapDelete("/{id}", DeleteAsync);
    }

    public static NotFound<ErrorBody> Unknown(int id) => Errors.NotFound($"There is no user {id}");

    private static async Task<Ok<List<UserResponse>>> ListAsync(Page page, UsersDb db, CancellationToken cancellationToken) =>
        TypedResults.Ok(await db.Users
            .OrderBy(u => u.Id)
            .Skip(page.Skip)
            .Take(page.Limit ?? Page.MaxLimit)
            .Select(u => new UserResponse(u.Id, u.Email, u.FullName, u.IsActive))
            .ToListAsync(cancellationToken));

    private static async Task<Results<Ok<UserResponse>, NotFound<ErrorBody>>> GetAsync(
        int id, UsersDb db, CancellationToken cancellationToken) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is { } user
            ? TypedResults.Ok(Describe(user))
            : Unknown(id);

    private static async Task<Results<Ok<UserResponse>, NotFound<ErrorBody>>> UpdateAsync(
        int id,
        Body<UpdateUserRequest> body,
        ClientNetwork client,
        UsersDb db,
        PasswordQueue queue,
        PasswordVault passwords,
        CancellationToken cancellationToken)
    {
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is not { } user)
        {
            return Unknown(id);
        }

        user.FullName = body.Value.FullName?.Trim() ?? user.FullName;
        if (body.Value.Password is { } password)
        {
            using var turn = await queue.EnterAsync(client, cancellationToken);
            user.PasswordHash = passwords.Hash(password);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted meanwhile.
            return Unknown(id);
        }

        return TypedResults.Ok(Describe(user));
    }

    private static async Task<Results<NoContent, NotFound<ErrorBody>>> DeleteAsync(
        int id, UsersDb db, CancellationToken cancellationToken, bool hard = false)
    {
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == id, cancellationToken) is not { } user)
        {
            return Unknown(id);
        }

        user.IsActive = false;
        if (hard)
        {
            db.Users.Remove(user);
        }

        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Unknown(id);
        }

        return TypedResults.NoContent();
    }

    private static UserResponse Describe(User user) => new(user.Id, user.Email, user.FullName, user.IsActive);
}
