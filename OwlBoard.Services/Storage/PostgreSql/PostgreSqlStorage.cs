using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OwlBoard.Services.Chat;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>A PostgreSQL database, which any number of replicas can share.</summary>
internal sealed partial class PostgreSqlStorage(
    StorageOptions options, string database, TimeProvider time, ILoggerFactory loggers)
    : IStorageProvider, IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The retries after a lost connection. A failover takes seconds: six retries, at most 2 s apart, take about 6 s, which is
    /// less than a proxy's timeout.
    /// </summary>
    private const int Retries = 6;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = loggers.CreateLogger<PostgreSqlStorage>();
    private readonly NpgsqlDataSource _connections = NpgsqlDataSource.Create(Complete(options, database));

    public void Configure(DbContextOptionsBuilder builder) =>
        builder.UseNpgsql(_connections, npgsql => npgsql.EnableRetryOnFailure(Retries, MaxDelay, errorCodesToAdd: null));

    public async Task MigrateAsync(DbContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var pause = FirstRetry;
        while (true)
        {
            try
            {
                await OpenAsync(cancellationToken);
                // EF Core locks its history table, so one replica migrates at a time.
                await context.Database.MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception failure) when (PostgreSqlErrors.IsDuplicateDatabase(failure))
            {
                LogCreatedByAnother();
            }
            catch (Exception failure) when (PostgreSqlErrors.IsUnavailable(failure))
            {
                if (time.GetElapsedTime(started) + pause > options.StartTimeout)
                {
                    throw new StorageException(
                        $"Storage:ConnectionString: PostgreSQL at {Server} did not become ready within Storage:StartTimeout "
                        + $"{options.StartTimeout}: {failure.Message}",
                        failure);
                }

                LogUnavailable(Server, failure.Message, pause);
            }
            catch (Exception failure) when (failure is NpgsqlException or ArgumentException or SocketException)
            {
                throw new StorageException(
                    $"Storage:ConnectionString: PostgreSQL at {Server} cannot be used: {failure.Message}", failure);
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, LongestRetry.Ticks));
        }
    }

    /// <summary>Runs the write immediately: PostgreSQL supports concurrent writers.</summary>
    public Task<T> WriteAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken) => write();

    public ITopicOrder CreateTopicOrder() =>
        new PostgreSqlTopicOrder(_connections, loggers.CreateLogger<PostgreSqlTopicOrder>());

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private string Server
    {
        get
        {
            var connection = new NpgsqlConnectionStringBuilder(_connections.ConnectionString);
            return $"{connection.Host}:{connection.Port}, database {connection.Database}, user {connection.Username}";
        }
    }

    /// <summary>Checks that the server accepts connections, without the retries of a context.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _connections.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // The database does not exist yet. The migration creates it if the role may.
        }
    }

    private static string Complete(StorageOptions options, string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        connection.Database ??= database;
        connection.ApplicationName ??= $"owlboard-{database}";
        if (options.PasswordFile is { Length: > 0 } file)
        {
            connection.Password = SecretFile.Read(file, "Storage:PasswordFile");
        }

        return connection.ConnectionString;
    }

    [LoggerMessage(1, LogLevel.Warning, "PostgreSQL at {Server} is not ready: {Reason} Retrying in {Pause}.")]
    private partial void LogUnavailable(string server, string reason, TimeSpan pause);

    [LoggerMessage(2, LogLevel.Information, "Another replica created the database at the same time.")]
    private partial void LogCreatedByAnother();
}
