using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace OwlBoard.Services.Realtime.Redis;

/// <summary>What the replicas of a service have in common besides the database. Section <c>Redis</c>.</summary>
internal sealed class RedisOptions : IValidatableObject
{
    public const string Section = "Redis";

    /// <summary>
    /// Where Redis is, in StackExchange.Redis's terms: <c>redis:6379</c>. It carries live events and presence from
    /// replica to replica. Default empty: there is one replica, and nothing leaves the process.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>A file with the password that belongs to <see cref="ConnectionString"/>. Default none.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// How long an answer may take. After that a live event reaches the clients of its own replica only. Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00", ErrorMessage = "Redis:Timeout must be between 00:00:00.05 and 00:01:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long users stay in their rooms whose replica was killed. A replica says that it lives three times as often.
    /// Default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Redis:PresenceTimeout must be between 00:00:01 and 00:10:00.")]
    public TimeSpan PresenceTimeout { get; set; } = TimeSpan.FromSeconds(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ConnectionString.Length > 0 && !IsValid(ConnectionString)
            ? [new("Redis:ConnectionString must say where Redis is, as in redis:6379 or redis:6380,ssl=true.")]
            : [];

    private static bool IsValid(string connection)
    {
        try
        {
            return ConfigurationOptions.Parse(connection).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
