using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OwlBoard.Services.Canvases;
using OwlBoard.Services.Chat;
using OwlBoard.Services.Comments;
using OwlBoard.Services.Users;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Services;

[Trait("Category", "Integration")]
public sealed class StorageTests
{
    [Fact]
    public async Task Migrations_hold_all_that_the_model_says()
    {
        await AssertCompleteAsync<UsersDb>(new UserService());
        await AssertCompleteAsync<CanvasesDb>(new CanvasService());
        await AssertCompleteAsync<CommentsDb>(new CommentsService());
        await AssertCompleteAsync<ChatDb>(new ChatService());
    }

    [Fact]
    public async Task Migrations_hold_all_that_the_model_says_on_PostgreSQL_too()
    {
        await StoreServers.PostgreSqlAsync();
        await AssertCompleteAsync<UsersDb>(new UserServiceOnPostgreSql());
        await AssertCompleteAsync<CanvasesDb>(new CanvasServiceOnServers());
        await AssertCompleteAsync<CommentsDb>(new CommentsServiceOnServers());
        await AssertCompleteAsync<ChatDb>(new ChatServiceOnServers());
    }

    [Fact]
    public async Task Commits_are_synced_to_a_write_ahead_log()
    {
        await using var service = new CanvasService();
        await service.InitializeAsync();
        await using var db = Context<CanvasesDb>(service);

        Assert.Equal("wal", await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode")
            .SingleAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, await db.Database.SqlQueryRaw<int>("SELECT synchronous AS Value FROM pragma_synchronous")
            .SingleAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Writers_are_served_after_one_that_failed()
    {
        await using var service = new CanvasService();
        await service.InitializeAsync();

        await SaveAsync("a");
        await Assert.ThrowsAsync<DbUpdateException>(() => SaveAsync("a"));
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(async () =>
        {
            await using var db = Context<CanvasesDb>(service);
            db.Canvases.Remove(Canvas("never there"));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var db = Context<CanvasesDb>(service);
            db.Canvases.Add(Canvas("cancelled"));
            await db.SaveChangesAsync(new CancellationToken(canceled: true));
        });

        await SaveAsync("b").WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        async Task SaveAsync(string id)
        {
            await using var db = Context<CanvasesDb>(service);
            db.Canvases.Add(Canvas(id));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        static Canvas Canvas(string id) => new() { Id = id, Version = 1, Checksum = "", Shapes = "[]" };
    }

    private static async Task AssertCompleteAsync<TContext>(RunningService service)
        where TContext : DbContext
    {
        await using (service)
        {
            await service.InitializeAsync();
            await using var db = Context<TContext>(service);
            Assert.False(db.Database.HasPendingModelChanges(), $"{typeof(TContext).Name} needs a migration");
            Assert.NotEmpty(await db.Database.GetAppliedMigrationsAsync(TestContext.Current.CancellationToken));
        }
    }

    private static TContext Context<TContext>(RunningService service)
        where TContext : DbContext =>
        service.Services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext();
}
