using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OwlBoard.Services.Users;

/// <summary>Hashes and verifies passwords, slowly: callers must hold a turn of the <see cref="PasswordQueue"/>.</summary>
internal sealed class PasswordVault
{
    private readonly PasswordHasher<PasswordVault> _hasher;
    private readonly string _dummyHash;

    public PasswordVault(IOptions<PasswordOptions> options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.Iterations }));
        _dummyHash = _hasher.HashPassword(this, Guid.NewGuid().ToString());
    }

    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>Returns a value that indicates whether the password matches the hash.</summary>
    /// <param name="hash">
    /// The hash; <see langword="null"/> for an unknown user, which takes the same time as a wrong password, so that the time
    /// does not reveal which accounts exist.
    /// </param>
    /// <param name="password">The password to check.</param>
    public bool Verify(string? hash, string password)
    {
        var result = _hasher.VerifyHashedPassword(this, hash ?? _dummyHash, password);
        return hash is not null && result != PasswordVerificationResult.Failed;
    }
}
