using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>What became of copying bytes: nothing worth mention, or which side failed and how.</summary>
internal readonly record struct CopyResult(ForwarderError Error, Exception? Exception);
