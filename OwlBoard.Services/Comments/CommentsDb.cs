using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Comments;

internal sealed class CommentsDb(DbContextOptions<CommentsDb> options, IStorageProvider provider)
    : StoredContext(options, provider)
{
    public DbSet<Comment> Comments => Set<Comment>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.Entity<Comment>(comment =>
        {
            comment.Property(c => c.Id).HasMaxLength(HexId.Length);
            comment.Property(c => c.DashboardId).HasMaxLength(ResourceId.MaxLength);
            comment.Property(c => c.UserId).HasMaxLength(ResourceId.MaxLength);
            comment.Property(c => c.UserName).HasMaxLength(CommentLimits.UserName);
            comment.Property(c => c.Content).HasMaxLength(CommentLimits.Content);
            // The order of the list: per dashboard, oldest first.
            comment.HasIndex(c => new { c.DashboardId, c.CreatedAt, c.Id });
        });
}
