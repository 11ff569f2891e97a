using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OwlBoard.Services.Users;

/// <summary>Hashes and verifies passwords, slowly: whoever calls it has a turn of the <see cref="PasswordQueue"/>.</summary>
internal sealed class PasswordVault
{
    private readonly PasswordHasher<PasswordVault> _hasher;
    private readonly string _nobodysHash;

    public PasswordVault(IOptions<PasswordOptions> options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.Iterations }));
        _nobodysHash = _hasher.HashPassword(this, Guid.NewGuid().ToString());
    }

    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>Returns whether the password is that of the hash.</summary>
    /// <param name="hash">
    /// <see langword="null"/> for an unknown user: takes as long as a wrong password, so that the time tells nobody
    /// who has an account.
    /// </param>
    /// <param name="password">The password to check.</param>
    public bool Verify(string? hash, string password)
    {
        var result = _hasher.VerifyHashedPassword(this, hash ?? _nobodysHash, password);
        return hash is not null && result != PasswordVerificationResult.Failed;
    }
}
