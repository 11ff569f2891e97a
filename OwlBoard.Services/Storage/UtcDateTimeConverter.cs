using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OwlBoard.Services.Storage;

/// <summary>Times are UTC. SQLite forgets that they are, and JSON would lose its <c>Z</c>.</summary>
internal sealed class UtcDateTimeConverter()
    : ValueConverter<DateTime, DateTime>(time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
