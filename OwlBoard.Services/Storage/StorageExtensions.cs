using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using OwlBoard.Services.Storage.PostgreSql;
using OwlBoard.Services.Storage.Sqlite;

namespace OwlBoard.Services.Storage;

internal static class StorageExtensions
{
    /// <summary>Adds a service's database: its context factory and the migration at start.</summary>
    /// <typeparam name="TContext">The service's context.</typeparam>
    /// <param name="builder">The service's builder.</param>
    /// <param name="database">The name of the SQLite file, and of the PostgreSQL database unless configured otherwise.</param>
    public static void AddStorage<TContext>(this WebApplicationBuilder builder, string database)
        where TContext : DbContext
    {
        builder.Services.AddOptions<StorageOptions>()
            .BindConfiguration(StorageOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton(services => CreateProvider(services, database));
        builder.Services.AddDbContextFactory<TContext>((services, options) =>
        {
            services.GetRequiredService<IStorageProvider>().Configure(options);
            // Conflicting writes are expected and their callers handle them; lost connections are retried. Unhandled
            // exceptions are logged with their request.
            options.ConfigureWarnings(events => events.Ignore(
                RelationalEventId.CommandError, RelationalEventId.ConnectionError,
                CoreEventId.SaveChangesFailed, CoreEventId.OptimisticConcurrencyException));
        });
        builder.Services.AddHostedService<MigrationAtStart<TContext>>();
    }

    /// <summary>Creates the configured provider.</summary>
    private static IStorageProvider CreateProvider(IServiceProvider services, string database)
    {
        var options = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        return options.Provider switch
        {
            StorageOptions.Sqlite => new SqliteStorage(options.Directory, database),
            StorageOptions.PostgreSql => ActivatorUtilities.CreateInstance<PostgreSqlStorage>(services, options, database),
            var unknown => throw new NotSupportedException($"Storage:Provider is '{unknown}', which is not supported."),
        };
    }
}
