namespace OwlBoard.Forwarding.Sockets;

/// <summary>What is sent at the end of a batch of a <see cref="SocketLoop"/>.</summary>
internal interface IBatchedSend
{
    /// <summary>Sends it, on the loop's thread.</summary>
    public void Send();
}
