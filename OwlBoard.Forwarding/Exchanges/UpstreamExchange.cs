using OwlBoard.Forwarding.Connections;
using OwlBoard.Forwarding.Http1;
using OwlBoard.Forwarding.Tracing;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>The state of one exchange between its two steps. May be used for one exchange after another.</summary>
public sealed class UpstreamExchange
{
    /// <summary>Indicates whether a response head has been received whose body has yet to be copied or discarded.</summary>
    public bool HasResponse => Connection is not null;

    /// <summary>The connection, while there is a response.</summary>
    internal UpstreamConnection? Connection { get; private set; }

    /// <summary>The sender of the request's body, if the request has one.</summary>
    internal BodySender? Sender { get; private set; }

    /// <summary>The framing of the response's body.</summary>
    internal BodyFraming Framing { get; private set; }

    /// <summary>The trace, if a listener collects traces.</summary>
    internal ExchangeTrace? Trace { get; set; }

    /// <summary>Sets the response.</summary>
    internal void SetResponse(UpstreamConnection connection, BodySender? sender, BodyFraming framing)
    {
        Connection = connection;
        Sender = sender;
        Framing = framing;
    }

    /// <summary>Clears the response.</summary>
    internal void Clear()
    {
        Connection = null;
        Sender = null;
        Trace = null;
    }
}
