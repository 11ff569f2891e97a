using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Chat;

internal sealed class ChatDb(DbContextOptions<ChatDb> options, IStorageProvider provider)
    : StoredContext(options, provider)
{
    public DbSet<ChatMessage> Messages => Set<ChatMessage>();

    public DbSet<ChatRoom> Rooms => Set<ChatRoom>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ChatMessage>(message =>
        {
            message.HasKey(m => m.Sequence);
            message.Property(m => m.Id).HasMaxLength(HexId.Length).IsRequired();
            message.Property(m => m.DashboardId).HasMaxLength(ResourceId.MaxLength);
            message.Property(m => m.UserId).HasMaxLength(ResourceId.MaxLength);
            message.Property(m => m.Username).HasMaxLength(ChatLimits.Username);
            message.Property(m => m.Content).HasMaxLength(ChatLimits.Content);
            message.Property(m => m.MessageType).HasMaxLength(ChatLimits.MessageType);
            message.Property(m => m.ReplyTo).HasMaxLength(HexId.Length);
            message.HasIndex(m => m.Id).IsUnique();
            message.HasIndex(m => new { m.DashboardId, m.Sequence });
        });
        modelBuilder.Entity<ChatRoom>(room =>
        {
            room.HasKey(r => r.DashboardId);
            room.Property(r => r.DashboardId).HasMaxLength(ResourceId.MaxLength);
            room.Property(r => r.Id).HasMaxLength(HexId.Length).IsRequired();
            room.Property(r => r.Name).HasMaxLength(2 * ResourceId.MaxLength);
            room.Property(r => r.CreatedBy).HasMaxLength(ResourceId.MaxLength);
        });
    }
}
