namespace OwlBoard.Forwarding.Transport;

/// <summary>The owner of an <see cref="IParkableConnection"/>.</summary>
public interface IParkingOwner
{
    /// <summary>Called when the connection has been parked.</summary>
    /// <param name="connection">Closes the connection when disposed.</param>
    public void Parked(IDisposable connection);

    /// <summary>Called when a parked connection was closed, or when the connection could not be parked because it was closed.</summary>
    public void ParkedClosed();
}
