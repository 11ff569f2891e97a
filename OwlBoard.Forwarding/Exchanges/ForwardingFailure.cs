using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Why an exchange failed, where YARP and what is built on it look for it.</summary>
internal sealed class ForwardingFailure(ForwarderError error, Exception? exception) : IForwarderErrorFeature
{
    public ForwarderError Error => error;

    public Exception? Exception => exception;
}
