using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>
/// A write-ahead log, so that readers never wait for the writer, synced at each commit: what was acknowledged is on
/// disk, also when the power fails. (synchronous=NORMAL would survive <c>kill -9</c> only.)
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
