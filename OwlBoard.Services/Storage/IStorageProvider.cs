using Microsoft.EntityFrameworkCore;

namespace OwlBoard.Services.Storage;

/// <summary>A kind of database. The model and the migrations do not depend on it.</summary>
internal interface IStorageProvider
{
    /// <summary>Configures a context for the database.</summary>
    public void Configure(DbContextOptionsBuilder builder);

    /// <summary>Creates or migrates the database, before the first request.</summary>
    public Task MigrateAsync(DbContext context, CancellationToken cancellationToken);

    /// <summary>Runs a write when the database can accept it.</summary>
    public Task<T> WriteAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken);

    /// <summary>Creates the order of events among all replicas that share the database.</summary>
    public ITopicOrder CreateTopicOrder();
}
