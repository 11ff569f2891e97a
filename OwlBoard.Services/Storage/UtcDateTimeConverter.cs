using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OwlBoard.Services.Storage;

/// <summary>Marks times read from the database as UTC: SQLite stores no kind, and JSON would omit the <c>Z</c>.</summary>
internal sealed class UtcDateTimeConverter()
    : ValueConverter<DateTime, DateTime>(time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
