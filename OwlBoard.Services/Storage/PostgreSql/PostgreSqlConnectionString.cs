using Npgsql;

namespace OwlBoard.Services.Storage.PostgreSql;

internal static class PostgreSqlConnectionString
{
    /// <summary>Returns a value that indicates whether Npgsql can parse it and it names a server.</summary>
    public static bool IsValid(string text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }
}
