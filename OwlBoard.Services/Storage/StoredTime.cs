namespace OwlBoard.Services.Storage;

internal static class StoredTime
{
    /// <summary>
    /// The time as it is stored and told: in whole microseconds, which is what PostgreSQL keeps, so that an event and
    /// the history say the same.
    /// </summary>
    public static DateTime UtcNow(this TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
