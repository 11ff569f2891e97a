using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Users;

internal sealed class UsersDb(DbContextOptions<UsersDb> options, IStorageProvider provider)
    : StoredContext(options, provider)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Dashboard> Dashboards => Set<Dashboard>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<User>(user =>
        {
            user.Property(u => u.Email).HasMaxLength(UserLimits.Email);
            user.Property(u => u.NormalizedEmail).HasMaxLength(UserLimits.Email);
            user.Property(u => u.FullName).HasMaxLength(UserLimits.FullName);
            user.HasIndex(u => u.NormalizedEmail).IsUnique();
        });
        modelBuilder.Entity<Dashboard>(dashboard =>
        {
            dashboard.Property(d => d.Title).HasMaxLength(UserLimits.Title);
            dashboard.Property(d => d.Description).HasMaxLength(UserLimits.Description);
            dashboard.HasOne<User>().WithMany().HasForeignKey(d => d.OwnerId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
