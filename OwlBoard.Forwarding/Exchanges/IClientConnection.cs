namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// The client connection of a response's writer. The forwarder needs it for every request, and a type check of the writer is
/// several times faster than a feature lookup.
/// </summary>
public interface IClientConnection
{
    /// <summary>
    /// The token that is canceled when the client's connection is closed; a token that cannot be canceled if this is unknown.
    /// </summary>
    public CancellationToken ConnectionClosed { get; }
}
