using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Users;

/// <summary>The endpoints of registration and login.</summary>
internal static class AccountEndpoints
{
    private const string EmailTaken = "email is already registered";
    private const string WrongCredentials = "Wrong e-mail or password";

    public static void Map(IEndpointRouteBuilder users)
    {
        users.MapPost("/register", RegisterAsync);
        users.MapPost("/login", LoginAsync);
    }

    private static async Task<Results<Ok<AccountResponse>, BadRequest<ErrorBody>>> RegisterAsync(
        Body<RegisterRequest> body,
        ClientNetwork client,
        UsersDb db,
        PasswordQueue queue,
        PasswordVault passwords,
        LoginThrottle throttle,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        var normalized = User.Normalize(request.Email!);
        if (await IsTakenAsync(db, normalized, cancellationToken))
        {
            return Errors.BadRequest(EmailTaken);
        }

        string hash;
        using (await queue.EnterAsync(client, cancellationToken))
        {
            hash = passwords.Hash(request.Password!);
        }

        var user = new User
        {
            Email = request.Email!.Trim(),
            NormalizedEmail = normalized,
            FullName = request.FullName!.Trim(),
            PasswordHash = hash,
            CreatedAt = time.UtcNow(),
        };
        db.Users.Add(user);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // A concurrent registration may have used the address; the error code depends on the provider.
            if (await IsTakenAsync(db, normalized, cancellationToken))
            {
                return Errors.BadRequest(EmailTaken);
            }

            throw;
        }

        throttle.Succeeded(normalized, client);
        return TypedResults.Ok(new AccountResponse("User registered", user.Id));
    }

    private static async Task<Results<Ok<AccountResponse>, BadRequest<ErrorBody>>> LoginAsync(
        Body<LoginRequest> body,
        ClientNetwork client,
        UsersDb db,
        PasswordQueue queue,
        PasswordVault passwords,
        LoginThrottle throttle,
        CancellationToken cancellationToken)
    {
        var normalized = User.Normalize(body.Value.Email!);
        throttle.ThrowIfTooMany(normalized, client);
        var user = await db.Users.AsNoTracking()
            .Where(u => u.NormalizedEmail == normalized && u.IsActive)
            .Select(u => new { u.Id, u.PasswordHash })
            .SingleOrDefaultAsync(cancellationToken);
        using var turn = await queue.EnterAsync(client, cancellationToken);
        // Checked again: a client hashes one password at a time, so concurrent guesses are counted one after another.
        throttle.ThrowIfTooMany(normalized, client);
        var isRight = passwords.Verify(user?.PasswordHash, body.Value.Password!);
        if (user is null || !isRight)
        {
            throttle.Failed(normalized, client);
            return Errors.BadRequest(WrongCredentials);
        }

        throttle.Succeeded(normalized, client);
        return TypedResults.Ok(new AccountResponse("Login successful", user.Id));
    }

    private static Task<bool> IsTakenAsync(UsersDb db, string normalized, CancellationToken cancellationToken) =>
        db.Users.AnyAsync(u => u.NormalizedEmail == normalized, cancellationToken);
}
