using System.Net.Sockets;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>Classifies PostgreSQL's failures at start-up.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>Returns a value that indicates whether the server is not reachable yet, so that a retry may succeed.</summary>
    public static bool IsUnavailable(Exception failure) =>
        // Npgsql throws name resolution failures unwrapped; EF Core wraps failures that it retried.
        failure is SocketException or RetryLimitExceededException or NpgsqlException { IsTransient: true };

    /// <summary>Returns a value that indicates whether another replica created the database at the same time.</summary>
    public static bool IsDuplicateDatabase(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation };
}
