namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// What a response's writer may implement to say when its client is gone: the forwarder asks for each request, and finds a
/// writer several times as fast as a feature.
/// </summary>
public interface IClientConnection
{
    /// <summary>Cancelled when the client's connection is closed; a token that cannot be cancelled where that is not known.</summary>
    public CancellationToken ConnectionClosed { get; }
}
