using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>
/// Enables the write-ahead log, so that readers never wait for the writer, and syncs at each commit, so that committed data
/// survives a power failure. (synchronous=NORMAL would survive <c>kill -9</c> only.)
/// </summary>
internal sealed class SqliteDurability : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = CreateCommand(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = CreateCommand(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand CreateCommand(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
        return command;
    }
}
