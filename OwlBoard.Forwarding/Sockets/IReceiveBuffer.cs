namespace OwlBoard.Forwarding.Sockets;

/// <summary>Provides the memory to receive into once there is something to receive: a silent connection holds none.</summary>
internal interface IReceiveBuffer
{
    /// <summary>Gets memory for at least one byte. Called on the loop's thread.</summary>
    public Memory<byte> GetMemory();

    /// <summary>Returns the memory: nothing was received into it after all.</summary>
    public void Release();
}
