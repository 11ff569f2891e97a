using Microsoft.EntityFrameworkCore;

namespace OwlBoard.Services.Storage;

/// <summary>The base class of the services' contexts.</summary>
internal abstract class StoredContext(DbContextOptions options, IStorageProvider provider) : DbContext(options)
{
    public override Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default) =>
        provider.WriteAsync(() => base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken), cancellationToken);

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Writes may have to be queued; use SaveChangesAsync.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcDateTimeConverter>();
}
