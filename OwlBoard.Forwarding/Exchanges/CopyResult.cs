using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>The result of copying bytes: <see cref="ForwarderError.None"/>, or the side that failed and its exception.</summary>
internal readonly record struct CopyResult(ForwarderError Error, Exception? Exception);
