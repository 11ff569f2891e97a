namespace OwlBoard.Forwarding.Transport;

/// <summary>The send progress of a buffer.</summary>
internal enum SendStage
{
    /// <summary>The kernel has accepted the buffer.</summary>
    Done,

    /// <summary>The buffer is sent with the current batch.</summary>
    Queued,

    /// <summary>The buffer is being passed to the kernel.</summary>
    Sending,

    /// <summary>The kernel has accepted a part of the buffer; the rest is pending or has failed.</summary>
    Begun,

    /// <summary>The buffer was withdrawn from the queue and will not be sent.</summary>
    Withdrawn,
}
