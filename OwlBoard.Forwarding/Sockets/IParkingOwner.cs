namespace OwlBoard.Forwarding.Sockets;

/// <summary>The owner of an <see cref="IParkableConnection"/>.</summary>
public interface IParkingOwner
{
    /// <summary>The connection is parked.</summary>
    /// <param name="connection">Closes the connection when it is disposed.</param>
    public void Parked(IDisposable connection);

    /// <summary>The connection was closed while it was parked, or could not be parked because it was closed.</summary>
    public void ParkedClosed();
}
