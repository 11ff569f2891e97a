namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>The result codes of SQLite, https://www.sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    /// <summary>SQLITE_ERROR, the result of a statement on a missing table.</summary>
    public const int NoSuchTable = 1;
}
