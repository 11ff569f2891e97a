namespace OwlBoard.Tests.Forwarding.Exchanges;

/// <summary>The outcome of a case at the client and at the upstream.</summary>
/// <param name="Status">The status that the client received; 0 if it received none.</param>
/// <param name="Fields">The fields that the client received, as lines.</param>
/// <param name="Body">The part of the body that the client received.</param>
/// <param name="IsWhole">Indicates whether the client could detect the end of the body.</param>
/// <param name="Received">The request that the upstream received: request line, fields, body.</param>
/// <param name="IsReused">Indicates whether the next request arrived on the same connection.</param>
internal sealed record DifferentialOutcome(int Status, string Fields, string Body, bool IsWhole, string Received, bool IsReused);
