using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Storage;

/// <summary>A kind of database. The model and the migrations know nothing of it.</summary>
internal interface IStorageProvider
{
    /// <summary>Points a context at its database.</summary>
    public void Configure(DbContextOptionsBuilder builder);

    /// <summary>Creates the database or brings it to this version, before the first request.</summary>
    public Task MigrateAsync(DbContext context, CancellationToken cancellationToken);

    /// <summary>Runs a write when the database can take it.</summary>
    public Task<T> WriteAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken);

    /// <summary>Makes what keeps the order of events among all who share this database.</summary>
    public ITopicOrder CreateTopicOrder();
}
