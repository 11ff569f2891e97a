using System.ComponentModel.DataAnnotations;
using OwlBoard.Services.Chat;
using OwlBoard.Services.Storage.PostgreSql;

namespace OwlBoard.Services.Storage;

/// <summary>The settings of the database. Section <c>Storage</c>.</summary>
internal sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";
    public const string Sqlite = "sqlite";
    public const string PostgreSql = "postgresql";

    /// <summary>
    /// The kind of database: <c>sqlite</c>, a file for one replica, or <c>postgresql</c>, a server for any number of replicas.
    /// Default <c>sqlite</c>.
    /// </summary>
    [AllowedValues(Sqlite, PostgreSql, ErrorMessage = "Storage:Provider must be sqlite or postgresql.")]
    public string Provider { get; set; } = Sqlite;

    /// <summary>The directory of the SQLite files, one per service. Default <c>.data</c> under the working directory.</summary>
    [Required(ErrorMessage = "Storage:Directory must name a directory, as in Storage:Directory=/var/lib/owlboard.")]
    public string Directory { get; set; } = ".data";

    /// <summary>
    /// The Npgsql connection string: <c>Host=postgres;Username=chat;Database=chat</c>. Without a database, the service's own is
    /// used: <c>users</c>, <c>canvas</c>, <c>comments</c> or <c>chat</c>. Default none.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The path of a file with the password for <see cref="ConnectionString"/>. Default none.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// The time that a starting service waits for PostgreSQL before it exits with code 1. Default 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Storage:StartTimeout must be between 00:00:00 and 01:00:00.")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Provider == PostgreSql && !PostgreSqlConnectionString.IsValid(ConnectionString)
            ? [new("Storage:ConnectionString must name a server, as in Host=postgres;Username=chat;Database=chat.")]
            : [];
}
