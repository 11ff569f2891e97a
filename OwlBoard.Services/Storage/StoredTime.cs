namespace OwlBoard.Services.Storage;

internal static class StoredTime
{
    /// <summary>
    /// Returns the current time in whole microseconds, the precision of PostgreSQL, so that an event and the history show the
    /// same time.
    /// </summary>
    public static DateTime UtcNow(this TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
