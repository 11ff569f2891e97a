using System.Net.Sockets;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace OwlBoard.Services.Storage.PostgreSql;

/// <summary>What PostgreSQL's failures mean for a service that starts.</summary>
internal static class PostgreSqlErrors
{
    /// <summary>The server cannot be reached, or not yet: it may be a matter of waiting.</summary>
    public static bool IsNotUp(Exception failure) =>
        // Npgsql passes on bare the failure to resolve a host's name; EF Core wraps what it has retried.
        failure is SocketException or RetryLimitExceededException or NpgsqlException { IsTransient: true };

    /// <summary>Another replica created the missing database at the same time.</summary>
    public static bool IsCreatedByAnother(Exception failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation };
}
