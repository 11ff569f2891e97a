namespace OwlBoard.Services.Storage.Sqlite;

/// <summary>SQLite's result codes, https://www.sqlite.org/rescode.html.</summary>
internal static class SqliteErrors
{
    /// <summary>SQLITE_ERROR, which a statement on a missing table gets.</summary>
    public const int NoSuchTable = 1;
}
