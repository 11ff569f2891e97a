using Microsoft.EntityFrameworkCore;

namespace OwlBoard.Services.Storage;

/// <summary>Migrates before the listener opens: hosted services start before the web server.</summary>
internal sealed class MigrationAtStart<TContext>(IDbContextFactory<TContext> contexts, IStorageProvider provider)
    : IHostedService
    where TContext : DbContext
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await provider.MigrateAsync(context, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
