namespace OwlBoard.Forwarding.Transport;

/// <summary>Provides memory to receive into once data is available, so that a silent connection holds none.</summary>
internal interface IReceiveBuffer
{
    /// <summary>Gets memory for at least one byte. Called on the loop's thread.</summary>
    public Memory<byte> GetMemory();

    /// <summary>Returns the memory, because nothing was received into it.</summary>
    public void Release();
}
