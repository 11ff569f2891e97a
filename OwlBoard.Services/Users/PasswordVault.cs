using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OwlBoard.Services.Users;

/// <summary>Hashes and verifies passwords, slowly, and no more at a time than leave the other requests a processor.</summary>
internal sealed class PasswordVault : IDisposable
{
    private readonly PasswordHasher<PasswordVault> _hasher;
    private readonly SemaphoreSlim _processors = new(Math.Max(1, Environment.ProcessorCount - 1));
    private readonly string _nobodysHash;

    public PasswordVault(IOptions<PasswordOptions> options)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.Iterations }));
        _nobodysHash = _hasher.HashPassword(this, Guid.NewGuid().ToString());
    }

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        await _processors.WaitAsync(cancellationToken);
        try
        {
            return _hasher.HashPassword(this, password);
        }
        finally
        {
            _processors.Release();
        }
    }

    /// <summary>Whether the password is that of the hash.</summary>
    /// <param name="hash">
    /// <see langword="null"/> for an unknown user: takes as long as a wrong password, so that the time tells nobody
    /// who has an account.
    /// </param>
    /// <param name="password">The password to check.</param>
    /// <param name="cancellationToken">Gives up waiting for a processor.</param>
    public async Task<bool> VerifyAsync(string? hash, string password, CancellationToken cancellationToken)
    {
        await _processors.WaitAsync(cancellationToken);
        try
        {
            var result = _hasher.VerifyHashedPassword(this, hash ?? _nobodysHash, password);
            return hash is not null && result != PasswordVerificationResult.Failed;
        }
        finally
        {
            _processors.Release();
        }
    }

    public void Dispose() => _processors.Dispose();
}
