namespace OwlBoard.Forwarding.Sockets;

/// <summary>
/// A client's connection that can wait for its next request without the server: the feature of a connection with HTTP/1.1
/// and without TLS. The server leaves the connection as if the client had closed it; when the client sends something, the
/// server accepts it once more. A parked connection takes about 1 KB, one in the server 7 to 9 KB.
/// </summary>
public interface IParkableConnection
{
    /// <summary>Gets or sets the owner, which the connection keeps while it is parked and when it is accepted once more.</summary>
    public IParkingOwner? Owner { get; set; }

    /// <summary>Gets whether the server leaves the connection because it is being parked.</summary>
    public bool IsParked { get; }

    /// <summary>Notes that a request has been served.</summary>
    /// <param name="hadBody">
    /// <see langword="true"/> if the request may have had a body. The server may still read the rest of it, so the connection
    /// cannot be parked before the next request.
    /// </param>
    public void RequestEnded(bool hadBody);

    /// <summary>Parks the connection if it is between two requests, and no byte of the next one has been received.</summary>
    /// <returns>Whether the connection is being parked; <see cref="IParkingOwner"/> learns how that ends.</returns>
    public bool TryPark();
}
