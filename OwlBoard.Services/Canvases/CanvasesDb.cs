using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Canvases;

internal sealed class CanvasesDb(DbContextOptions<CanvasesDb> options, IStorageProvider provider)
    : StoredContext(options, provider)
{
    public DbSet<Canvas> Canvases => Set<Canvas>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<Canvas>(canvas =>
        {
            canvas.Property(c => c.Id).HasMaxLength(ResourceId.MaxLength);
            canvas.Property(c => c.Version).IsConcurrencyToken();
            canvas.Property(c => c.Checksum).HasMaxLength(64);
        });
}
