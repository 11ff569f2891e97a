using System.ComponentModel.DataAnnotations;
using StackExchange.Redis;

namespace OwlBoard.Services.Realtime.Redis;

/// <summary>The Redis that the replicas of a service share. Section <c>Redis</c>.</summary>
internal sealed class RedisOptions : IValidatableObject
{
    public const string Section = "Redis";

    /// <summary>
    /// The address of Redis, as a StackExchange.Redis connection string: <c>redis:6379</c>. It carries live events and presence
    /// between replicas. Default empty, for a single replica.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The path of a file with the password for <see cref="ConnectionString"/>. Default none.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// The timeout of a command, after which a live event reaches the clients of its own replica only. Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00", ErrorMessage = "Redis:Timeout must be between 00:00:00.05 and 00:01:00.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The time for which users of a killed replica stay in their rooms. Replicas send heartbeats three times as often.
    /// Default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Redis:PresenceTimeout must be between 00:00:01 and 00:10:00.")]
    public TimeSpan PresenceTimeout { get; set; } = TimeSpan.FromSeconds(15);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ConnectionString.Length > 0 && !IsValid(ConnectionString)
            ? [new("Redis:ConnectionString must be an address, as in redis:6379 or redis:6380,ssl=true.")]
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
