namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>What client and upstream saw of a case.</summary>
/// <param name="Status">The status that the client got; 0 if it got none.</param>
/// <param name="Fields">The fields that the client got, as lines.</param>
/// <param name="Body">The body that the client got, as far as it got it.</param>
/// <param name="IsWhole">Whether the client could tell that it got all of it.</param>
/// <param name="Received">What the upstream got: request line, fields, body.</param>
/// <param name="IsReused">Whether the next request came on the same connection.</param>
internal sealed record DifferentialOutcome(int Status, string Fields, string Body, bool IsWhole, string Received, bool IsReused);
