namespace OwlBoard.Forwarding.Http1;

/// <summary>An upstream answered with what is not HTTP/1.1, or could be read in more than one way.</summary>
internal sealed class MalformedResponseException(string message) : IOException(message);
