namespace OwlBoard.Forwarding.Transport;

/// <summary>The readiness of a socket: the values of <c>EPOLL*</c>.</summary>
[Flags]
internal enum Readiness : uint
{
    Readable = 0x1,
    Writable = 0x4,
    Failed = 0x8,
    Closed = 0x10,

    /// <summary>The peer has closed its sending side; received data may still be unread.</summary>
    PeerClosed = 0x2000,

    EdgeTriggered = 1u << 31,
}
