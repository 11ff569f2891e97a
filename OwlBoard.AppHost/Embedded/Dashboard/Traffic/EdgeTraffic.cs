namespace OwlBoard.AppHost.Embedded.Dashboard.Traffic;

/// <summary>Requests from one part of the system to another.</summary>
/// <param name="From">Who sends them; <see cref="TrafficReader.Clients"/> for those outside.</param>
/// <param name="To">Who answers them.</param>
/// <param name="RequestsPerSecond">How many there are.</param>
/// <param name="ErrorsPerSecond">Those that failed or were answered with 5xx.</param>
/// <param name="P50">Seconds that half of them took at most; <see langword="null"/> without requests.</param>
/// <param name="P99">Seconds that 99 of 100 took at most.</param>
internal sealed record EdgeTraffic(string From, string To, double RequestsPerSecond, double ErrorsPerSecond, double? P50, double? P99);
