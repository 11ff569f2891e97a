namespace OwlBoard.Forwarding.Transport;

/// <summary>
/// A client connection that can wait for its next request without the server: the feature of an HTTP/1.1 connection without
/// TLS. The server finishes the connection as if the client had closed it, and accepts the connection again when the client sends
/// data. A parked connection takes about 1 KB of memory, one in the server 7 to 9 KB.
/// </summary>
public interface IParkableConnection
{
    /// <summary>The owner, which is kept while the connection is parked and when it is accepted again.</summary>
    public IParkingOwner? Owner { get; set; }

    /// <summary>Indicates whether the server leaves the connection because it is being parked.</summary>
    public bool IsParked { get; }

    /// <summary>Records that a request has been served.</summary>
    /// <param name="hadBody">
    /// <see langword="true"/> if the request may have had a body. The server may still read the rest of it, so the connection
    /// cannot be parked before the next request.
    /// </param>
    public void RequestEnded(bool hadBody);

    /// <summary>Parks the connection if it is between two requests, and no byte of the next one has been received.</summary>
    /// <returns>
    /// <see langword="true"/> if the connection is being parked, in which case the <see cref="IParkingOwner"/> is notified of
    /// the outcome.
    /// </returns>
    public bool TryPark();
}
