namespace OwlBoard.Forwarding.Sockets;

/// <summary>How far a buffer has come on its way to the kernel.</summary>
internal enum SendStage
{
    /// <summary>It is the kernel's.</summary>
    Done,

    /// <summary>It is sent with what else the present batch sends.</summary>
    Queued,

    /// <summary>The kernel is being given it at this moment.</summary>
    Sending,

    /// <summary>The kernel has a part of it, and takes the rest later or refused it.</summary>
    Begun,

    /// <summary>It was queued and will not be sent.</summary>
    TakenBack,
}
